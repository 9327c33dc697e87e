"""The history of the replay: batches through the logger, as a nightly job would send them."""

from collections.abc import Callable

from graphsignal_mw.demo.data import Flights
from graphsignal_mw.demo.model import MODEL_VERSION, LateArrivals
from graphsignal_mw.demo.plan import Plan
from graphsignal_mw.demo.sent import Sent
from graphsignal_mw.logger import Session


def replay_history(
    plan: Plan, model: LateArrivals, session: Session, sent: Sent, progress: Callable[[int], None]
) -> None:
    """Log the predictions and labels of every day of the history; ``progress`` takes the flights of each day."""
    session.log_metadata("model_version", MODEL_VERSION)
    for day in plan.days():
        log_day(plan, day, model, session)
        sent.predictions += len(day)
        sent.ground_truths += len(day)
        progress(len(day))


def log_day(plan: Plan, day: Flights, model: LateArrivals, session: Session) -> None:
    """Log the predictions of one day, at their own times, and the labels that came in later.

    One batch of all segments: half a day would be another mix of flights, and the collector may look at any moment.
    """
    late, probability = model.predict_many(day)
    times, segments = day.departed + plan.period.shift, plan.segments(day)
    session.log_prediction_batch(
        features=day.feature_columns(),
        predictions={"late": late},
        scores=probability,
        segments=segments,
        timestamps=times,
    )
    session.log_ground_truth_batch(
        labels=day.late,
        predictions=late,
        scores=probability,
        segments=segments,
        prediction_timestamps=times,
    )
