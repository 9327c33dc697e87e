"""The table of pages."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from graphsignal_mw.dashboard.forms import read_form
from graphsignal_mw.dashboard.pages.column import column_page
from graphsignal_mw.dashboard.pages.deployment import deployment_page
from graphsignal_mw.dashboard.pages.deployments import deployments_page
from graphsignal_mw.dashboard.pages.heatmap import heatmap_page
from graphsignal_mw.dashboard.pages.issue import act, issue_page
from graphsignal_mw.dashboard.pages.issues import issues_page
from graphsignal_mw.dashboard.pages.keys import create_key, keys_page, revoke_key
from graphsignal_mw.dashboard.pages.sign_in import sign_in, sign_in_page, sign_out
from graphsignal_mw.dashboard.site import HEADERS, Site
from graphsignal_mw.errors import UnknownNameError
from graphsignal_mw.store import Store

Page = Callable[[Site, Request], Response]
STATIC = Path(__file__).parent / "static"


def routes(store: Store, project: str = "default") -> list[BaseRoute]:
    """Return the dashboard: pages at ``/``, ``/deployments``, ``/issues``, ``/keys``; files, sign-in.

    ``project`` is the one that is seen where nothing in front of the pages says another.
    """
    site = Site(store=store, home=project, project=project)
    return [
        _route("/", deployments_page, site),
        # Names may hold slashes: the longer patterns come first.
        _route("/deployments/{deployment:path}/columns/{stream}/{column:path}", column_page, site),
        _route("/deployments/{deployment:path}/heatmap", heatmap_page, site),
        _route("/deployments/{deployment:path}", deployment_page, site),
        _route("/issues", issues_page, site),
        _route("/issues/{id:int}", issue_page, site),
        _route("/issues/{id:int}/{action}", act, site, method="POST"),
        _route("/keys", keys_page, site),
        _route("/keys", create_key, site, method="POST"),
        _route("/keys/{id:int}/revoke", revoke_key, site, method="POST"),
        _route("/sign-in", sign_in_page, site),
        _route("/sign-in", sign_in, site, method="POST"),
        _route("/sign-out", sign_out, site, method="POST"),
        Mount("/static", StaticFiles(directory=STATIC), name="static"),
    ]


def _route(path: str, page: Page, site: Site, method: str = "GET") -> Route:
    # Starlette runs a plain function in its thread pool, so that the store may block.
    answer = partial(_answer, page, site) if method == "GET" else _form(page, site)
    return Route(path, answer, methods=[method], name=page.__name__)


def _form(page: Page, site: Site) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        request.state.form = await read_form(request)
        return await run_in_threadpool(_answer, page if request.state.form is not None else _refuse, site, request)

    return answer


def _refuse(site: Site, request: Request) -> Response:
    return site.render(
        request,
        "error.html",
        status=403,
        title="This form came from another site",
        detail="Or it is of a session that has ended. Nothing was changed: load the page anew, and try again.",
    )


def _answer(page: Page, everywhere: Site, request: Request) -> Response:
    site = everywhere.seen_by(request)
    if request.method in {"GET", "HEAD"} and site.project != site.home and not site.base:
        # What an address shows is in the address, and not only in who asks.
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(site.address(site.project) + quote(request.scope["path"][1:]) + query, 303, HEADERS)
    try:
        return page(site, request)
    except UnknownNameError as error:
        return site.render(request, "error.html", status=404, title="Not found", detail=str(error))
    except ValueError as error:
        return site.render(request, "error.html", status=400, title="This address cannot be read", detail=str(error))
