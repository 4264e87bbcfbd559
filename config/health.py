"""Is the process up, and is it ready for people?"""

from django.http import HttpRequest, HttpResponse


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer: the process is up."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer: ready for people."""
    return HttpResponse("ok", content_type="text/plain")
