"""The HTTP application: every resource's router, and what stands in front of them."""

from functools import partial
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from campaigns.api import (
    campaigns,
    contacts,
    events,
    fhir,
    fhir_forms,
    health,
    kinds,
    looks,
    operators,
    optouts,
    queueing,
    session,
    tasks,
)
from campaigns.api.bodies import Bodies
from campaigns.api.callers import KnownCallers
from campaigns.api.description import describe, operation_name
from campaigns.api.doorway import Doorway
from campaigns.api.entitled import Entitled
from campaigns.api.once import UnderWay
from campaigns.api.refusals import Form, Refusals, refused_by_framework
from campaigns.api.safety import SafetyHeaders

ROUTERS = (
    *(queueing.router, contacts.router, tasks.router, events.router),
    *(campaigns.router, optouts.router, operators.router, fhir.router),
    *(session.router, looks.router, health.router, kinds.router),
)
FORMS: dict[str, Form] = {"/fhir": fhir_forms.refusal}


def build_app(here: Doorway) -> FastAPI:
    """The application over what it is given; it opens nothing and closes nothing."""
    app = FastAPIOffline(
        title="Health dialer",
        version=version("health-dialer"),
        redirect_slashes=False,
        generate_unique_id_function=operation_name,
    )
    app.openapi = partial(describe, app)  # type: ignore[method-assign]  # as FastAPI's documentation does it
    app.state.doorway = here
    app.state.under_way = UnderWay()
    for router in ROUTERS:
        app.include_router(router)
    for kind in (RequestValidationError, HTTPException):
        app.add_exception_handler(kind, refused_by_framework)
    app.add_middleware(Bodies)  # what is added last stands outermost
    app.add_middleware(Entitled, here=here, routers=ROUTERS)
    app.add_middleware(KnownCallers, here=here)
    app.add_middleware(Refusals, forms=FORMS, tell=here.tell)
    app.add_middleware(SafetyHeaders)
    return app
