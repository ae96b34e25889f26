"""What `celery -A celery_worker` loads: the app and its Celery."""

from clinic import create_app_from_env

app = create_app_from_env()
celery = app.extensions["celery"]
