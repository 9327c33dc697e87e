"""A nightly job: predicts for all flights of a day, and logs predictions and labels: ``python batch_job.py 1``.

The number says which day: 1 is the last one. The job is a deployment of its own, ``flights_nightly``.
"""

import sys

import pandas as pd
from data import load_day
from model import FEATURES, VERSION, train
from sklearn.pipeline import Pipeline

import graphsignal_mw as graphsignal


def log_day(session: graphsignal.Session, model: Pipeline, day: pd.DataFrame) -> int:
    """Predict and log one batch; returns how many flights that is."""
    probability = model.predict_proba(day[FEATURES])[:, 1]
    late = probability >= 0.5
    groups = zip(day["client_version"], day["origin"], strict=True)  # strict: a wrong argument raises
    segments = [[f"client_version={version}", f"origin={origin}"] for version, origin in groups]
    session.log_metadata("model_version", VERSION)
    session.log_prediction_batch(
        features=day[FEATURES],
        predictions={"late": late},
        scores=probability,
        segments=segments,
        timestamps=day["departed_at"],
    )
    session.log_ground_truth_batch(
        labels=day["late"],
        predictions=late,
        scores=probability,
        segments=segments,
        prediction_timestamps=day["departed_at"],
    )
    return len(day)


if __name__ == "__main__":
    days_ago = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    graphsignal.configure(config="monitoring.yaml", strict=True)  # strict: a wrong argument raises
    with graphsignal.session("flights_nightly") as session:  # uploads at its end
        flights = log_day(session, train(), load_day(days_ago))
    print(f"Logged {flights} flights.")
