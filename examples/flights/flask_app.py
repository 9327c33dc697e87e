"""Late arrivals, served by Flask: ``flask --app flask_app run --port 8000``."""

import pandas as pd
from flask import Flask, abort, request
from model import FEATURES, train

import graphsignal_mw as graphsignal

NUMBER = (int, float)
TYPES = {
    "carrier": str,
    "origin": str,
    "dest": str,
    "distance": NUMBER,
    "dep_delay": NUMBER,
    "hour": int,
    "weekday": int,
    "wind_speed": (*NUMBER, type(None)),
    "visib": (*NUMBER, type(None)),
}

app = Flask(__name__)
graphsignal.instrument(app, config="monitoring.yaml")  # monitoring: the one added line
model = train()


@app.post("/predict")
def predict():
    flight = request.get_json().get("flight")
    if not isinstance(flight, dict):
        abort(422, "flight: expected an object")
    for name, kind in TYPES.items():
        if not isinstance(flight.get(name), kind):
            abort(422, f"flight.{name}: {flight.get(name)!r} is not what was expected")
    probability = float(model.predict_proba(pd.DataFrame([flight], columns=FEATURES))[0, 1])
    return {"late": probability >= 0.5, "probability": round(probability, 4)}


@app.post("/feedback")
def feedback():
    return {"labels": len(request.get_json()["labels"])}  # a real app would store them for the next training
