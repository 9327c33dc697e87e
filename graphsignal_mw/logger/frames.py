"""Dataframes to columns: every one that narwhals knows, and what speaks the Arrow or interchange protocols."""

from typing import Any

from graphsignal_mw.logger.arguments import refuse

EXPECTED = "list, dict of lists, numpy array, or a pandas, polars or pyarrow table"


def from_frame(argument: str, data: Any, single: str) -> dict[str, Any]:
    """Return the columns of a dataframe; of a series one, named ``single``.

    Raises:
        TypeError: when ``data`` is neither.
        ValueError: when two columns bear the same name.

    """
    import narwhals as nw

    try:
        frame: Any = nw.from_native(_known(data), eager_only=True, allow_series=True)
    except TypeError:
        raise refuse(argument, data, EXPECTED) from None
    except ImportError as error:
        raise TypeError(f"{argument}: reading a {type(data).__name__} needs pyarrow ({error})") from None
    except ValueError as error:
        raise ValueError(f"{argument}: {error}; expected a name of its own for each column") from None
    if isinstance(frame, nw.Series):
        return {single: _values(frame)}
    # By position: the names of pandas may be numbers.
    return {str(name): _values(series) for name, series in zip(frame.columns, frame.iter_columns(), strict=True)}


def is_known(data: Any) -> bool:
    """Return whether ``data`` is a dataframe or a series, of a library that narwhals knows or by its protocols."""
    import narwhals.dependencies as known

    protocols = ("__arrow_c_stream__", "__arrow_c_array__", "__dataframe__")
    return known.is_into_dataframe(data) or known.is_into_series(data) or any(hasattr(data, p) for p in protocols)


def _known(data: Any) -> Any:
    """Turn what only speaks the Arrow protocols, or the dataframe interchange, into a pyarrow table."""
    import narwhals.dependencies as known

    if known.is_into_dataframe(data) or known.is_into_series(data):
        return data
    if type(data).__module__.startswith("pyarrow") and hasattr(data, "to_pylist") and not hasattr(data, "schema"):
        import pyarrow

        return pyarrow.chunked_array([data])
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        import pyarrow

        return pyarrow.table(data)
    if hasattr(data, "__dataframe__"):
        from pyarrow.interchange import from_dataframe

        return from_dataframe(data)
    return data


def _values(series: Any) -> Any:
    """Return an array of numbers, booleans or times, else a list; what is null stays null."""
    dtype = series.dtype
    has_array = dtype.is_numeric() or dtype.is_temporal() or type(dtype).__name__ == "Boolean"
    if has_array and (dtype.is_float() or dtype.is_temporal() or not series.null_count()):
        array: Any = series.to_numpy()
        if array.dtype.kind in "iufbmM":
            return array
    return list(series.to_list())
