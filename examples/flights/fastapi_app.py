"""Late arrivals, served by FastAPI: ``uvicorn fastapi_app:app --port 8000``."""

import pandas as pd
from fastapi import FastAPI
from model import train
from pydantic import BaseModel

import graphsignal_mw as graphsignal


class Flight(BaseModel):
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
    client_version: str
    sent_at: float
    flight: Flight


class Answer(BaseModel):
    late: bool
    probability: float


class Label(BaseModel):
    late: bool
    predicted: bool
    probability: float
    departed_at: float
    client_version: str
    origin: str


class Feedback(BaseModel):
    labels: list[Label]


app = FastAPI(title="Late arrivals")
app.add_middleware(graphsignal.ASGIMiddleware, config="monitoring.yaml")  # monitoring: the one added line
model = train()


@app.post("/predict")
def predict(question: Question) -> Answer:
    probability = float(model.predict_proba(pd.DataFrame([question.flight.model_dump()]))[0, 1])
    return Answer(late=probability >= 0.5, probability=round(probability, 4))


@app.post("/feedback")
def feedback(feedback: Feedback) -> dict[str, int]:
    return {"labels": len(feedback.labels)}  # a real app would store them for the next training
