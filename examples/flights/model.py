"""Will this flight arrive more than 15 minutes late? A model as you may have one: a pipeline of scikit-learn."""

from data import load_training_flights
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

VERSION = "2013.1"
KNOWN = ["carrier", "origin"]  # a carrier that the model has never seen is an error
CODES = ["dest", "hour", "weekday"]  # a destination may be new
NUMBERS = ["distance", "dep_delay", "wind_speed", "visib"]  # miles, minutes, mph, miles; may be missing
FEATURES = [*KNOWN, *CODES, *NUMBERS]


def train() -> Pipeline:
    """Train on January to March 2013, in two seconds. Your app would load the file of a trained model."""
    flights = load_training_flights()
    columns = make_column_transformer(
        (OneHotEncoder(), KNOWN),
        (OneHotEncoder(handle_unknown="ignore"), CODES),
        (make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
    )
    model = make_pipeline(columns, LogisticRegression(max_iter=200))
    return model.fit(flights[FEATURES], flights["late"])
