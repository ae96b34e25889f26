"""What `celery -A celery_worker` loads: the app's Celery, with its tasks."""

import sys

from clinic import celery_from_env

celery = celery_from_env("beat" if "beat" in sys.argv else "worker")
