"""What `celery -A celery_worker` loads: the app's Celery, with its tasks."""

import sys

from clinic import work_from_env
from clinic.tasks import init_tasks

celery = init_tasks(work_from_env("beat" if "beat" in sys.argv else "worker"))
