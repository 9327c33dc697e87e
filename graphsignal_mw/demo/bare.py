"""The app of the demo without monitoring: FastAPI around the model."""

import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from graphsignal_mw.demo.model import LateArrivals, train

MODEL_VARIABLE = "FLIGHTS_MODEL"
"""Environment variable with the file of a trained model; without it the app trains one as it starts."""


class Flight(BaseModel):
    """The features of one flight; distances in miles, delays in minutes, wind in mph."""

    carrier: str
    origin: str
    dest: str
    distance: float
    dep_delay: float
    hour: int
    weekday: int
    wind_speed: float | None = None
    visib: float | None = None


class Question(BaseModel):
    """Body of ``POST /predict``."""

    client_version: str
    sent_at: float
    flight: Flight


class Feedback(BaseModel):
    """Body of ``POST /feedback``: which flights were late, and what had been predicted."""

    labels: list[dict[str, Any]]


def create_app() -> FastAPI:
    """Return the app with its model."""
    path = os.environ.get(MODEL_VARIABLE)
    model = LateArrivals.load(Path(path)) if path else train()
    app = FastAPI(title="Late arrivals")

    @app.post("/predict")
    async def predict(question: Question) -> dict[str, Any]:
        answer = model.predict(question.flight.model_dump())
        return {"late": answer.late, "probability": answer.probability}

    @app.post("/feedback")
    async def feedback(feedback: Feedback) -> dict[str, int]:
        return {"labels": len(feedback.labels)}

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app
