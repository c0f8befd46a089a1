"""What Flask, Django, Starlette and FastAPI share."""
