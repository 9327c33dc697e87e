"""Arbitrary requests to arbitrary apps: with us and without us a server sees the same.

A few seconds by default. ``FUZZ_EXAMPLES=100000 scripts/test tests/fuzz`` fuzzes for about an hour.
"""

import gc

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from frameworks.django_app import configure
from hypothesis import given

from .apps import Urls, flask_app, starlette_app
from .both import same
from .plans import fuzzed, plans, requests


@fuzzed(150)
@given(requests, plans)
def test_starlette_is_the_same_with_us(request, plan):
    same("asgi", lambda: starlette_app(plan), request)


@fuzzed(150)
@given(requests, plans)
def test_flask_is_the_same_with_us(request, plan):
    same("wsgi", lambda: flask_app(plan), request)


@fuzzed(80)
@given(requests, plans)
def test_django_on_wsgi_is_the_same_with_us(request, plan):
    configure()
    with override_settings(ROOT_URLCONF=Urls(plan, is_async=False), MIDDLEWARE=[]):
        same("wsgi", WSGIHandler, request)


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # Django leaves the file of a body open after some failures
@fuzzed(80)
@given(requests, plans)
def test_django_on_asgi_is_the_same_with_us(request, plan):
    configure()
    with override_settings(ROOT_URLCONF=Urls(plan, is_async=True), MIDDLEWARE=[]):
        same("asgi", ASGIHandler, request)
    gc.collect()  # the files that Django has left, while their warning is ignored
