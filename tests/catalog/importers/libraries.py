"""What Jellyfin and Kodi answer, in the form that their documentation gives."""

from collections.abc import Callable
from typing import Any

import msgspec

from tests.catalog.importers.conftest import Asked

ITEM = {
    "Id": "f27caa37e5142225cceded48f6553502",
    "Name": "Drishyam",
    "OriginalTitle": "ദൃശ്യം",
    "ProductionYear": 2013,
    "RunTimeTicks": 96_000_000_000,
    "OfficialRating": "IN-UA",
    "Overview": "A cable operator hides a crime.",
    "Genres": ["Crime", "Drama", "Thriller"],
    "Tags": ["Alibi"],
    "ProductionLocations": ["India"],
    "People": [
        {"Name": "Mohanlal", "Role": "Georgekutty", "Type": "Actor"},
        {"Name": "Jeethu Joseph", "Type": "Director"},
        {"Name": "Jeethu Joseph", "Type": "Writer"},
    ],
    "ProviderIds": {"Imdb": "tt3417422", "Tmdb": "244267", "TmdbCollection": ""},
    "UserData": {
        "Played": True,
        "PlayCount": 2,
        "LastPlayedDate": "2024-03-09T20:15:00.0000000Z",
        "IsFavorite": False,
    },
    "Type": "Movie",
}
MOVIE = {
    "movieid": 7,
    "label": "Drishyam",
    "title": "Drishyam",
    "originaltitle": "ദൃശ്യം",
    "year": 2013,
    "runtime": 9600,
    "genre": ["Crime", "Drama"],
    "country": ["India"],
    "director": ["Jeethu Joseph"],
    "writer": ["Jeethu Joseph"],
    "cast": [
        {"name": "Meena", "role": "Rani", "order": 1},
        {"name": "Mohanlal", "role": "Georgekutty", "order": 0},
    ],
    "mpaa": "Rated PG-13",
    "plot": "A cable operator hides a crime.",
    "rating": 8.4,
    "votes": "45,000",
    "tag": [],
    "uniqueid": {"imdb": "tt3417422", "tmdb": "244267"},
    "playcount": 1,
    "lastplayed": "2024-03-09 20:15:00",
    "userrating": 9,
}


def jellyfin_answer(*items: Any) -> Callable[[Asked], Any]:
    def answer(asked: Asked) -> Any:
        if asked.path == "/Users":
            return [{"Name": "Asha", "Id": "u1"}, {"Name": "Ravi", "Id": "u2"}]
        start, limit = int(asked.query["startIndex"]), int(asked.query["limit"])
        page = items[start : start + limit]
        return {"Items": page, "TotalRecordCount": len(items), "StartIndex": start}

    return answer


def kodi_answer(*movies: Any) -> Callable[[Asked], Any]:
    def answer(asked: Asked) -> Any:
        call = msgspec.json.decode(asked.body)
        assert call["method"] == "VideoLibrary.GetMovies"
        limits = call["params"]["limits"]
        page = list(movies[limits["start"] : limits["end"]])
        result: dict[str, Any] = {"limits": {**limits, "total": len(movies)}}
        if page:
            result["movies"] = page
        return {"id": 1, "jsonrpc": "2.0", "result": result}

    return answer
