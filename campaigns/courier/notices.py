"""What is mailed to an office when a task comes up to it, with no patient and no result (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.courier.port import OutgoingEvent

MINUTES = "%d.%m.%Y %H:%M"
LONGEST_VALUE = 200  # of what a file of a campaign names, so that a mail stays one


@dataclass(frozen=True)
class Notice:
    """A mail as it is read."""

    subject: str
    text: str


@dataclass(frozen=True)
class _Words:
    """One language. why: by the event; whom: by the level; rows: labels of what is known, in their order."""

    subject: str
    whom: Mapping[str, str]
    why: Mapping[str, str]
    rows: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    end: str
    trial: str


_RUSSIAN = _Words(
    subject="Задача № {task}: {urgency} срочность",
    whom={
        "head": "Задача № {task} передана Вам как руководителю учреждения",
        "authority": "Задача № {task} передана Вам как вышестоящему органу",
    },
    why={
        "escalated": "{whom}: её не закрыли в срок или передали выше.",
        "stands": "{whom}: её закрыли, но человек ответил, что проблема не решена.",
        "reminded": "Задача № {task} остаётся у Вас, и её срок истёк.",
    },
    rows={
        "institution": "Учреждение",
        "reason": "Причина",
        "urgency": "Срочность",
        "created_at": "Возникла",
        "due_at": "Выполнить до",
        "reopenings": "Открыта снова, раз",
        "campaign": "Кампания",
    },
    values={
        "urgency": {"high": "высокая", "normal": "обычная", "low": "низкая"},
        "reason": {
            "low_mark": "низкая оценка",
            "unsolved": "вопрос не решён",
            "promise_broken": "обещанное не выполнено",
            "problem_stands": "проблема не решена",
            "never_reached": "не удалось дозвониться",
            "unverified": "личность не подтверждена",
            "wrong_number": "неверный номер",
            "callback": "просит перезвонить",
            "human_wanted": "просит соединить с человеком",
            "doctor_positive_result": "результат требует врача",
            "doctor_inconclusive_result": "результат требует врача",
        },
    },
    end="О ком речь, в письме не сказано: это видно в самой задаче (dialer tasks show {task}).\n"
    "Письмо отправлено автоматически, отвечать на него не нужно.",
    trial="Проверка: сюда будут приходить уведомления о задачах. Делать ничего не нужно.",
)
_ENGLISH = _Words(
    subject="Task {task}: {urgency} urgency",
    whom={
        "head": "Task {task} has come up to you as the head of the institution",
        "authority": "Task {task} has come up to you as the authority above",
    },
    why={
        "escalated": "{whom}: it was not closed in time, or was handed on.",
        "stands": "{whom}: it was closed, and the person said that the problem stands.",
        "reminded": "Task {task} is still yours, and its time is over.",
    },
    rows={
        "institution": "Institution",
        "reason": "Reason",
        "urgency": "Urgency",
        "created_at": "Raised",
        "due_at": "To be done by",
        "reopenings": "Reopened, times",
        "campaign": "Campaign",
    },
    values={
        "reason": {
            "doctor_positive_result": "the result needs a doctor",
            "doctor_inconclusive_result": "the result needs a doctor",
        },
    },
    end="Who it is about is not said in a mail: see the task itself (dialer tasks show {task}).\n"
    "This mail was sent by a machine; nobody reads an answer.",
    trial="A test: notices about tasks will come here. Nothing is to be done.",
)
LANGUAGES: Sequence[_Words] = (_RUSSIAN, _ENGLISH)


def notice(event: OutgoingEvent, zone: ZoneInfo) -> Notice:
    """Russian first, then English; times in the clinic's zone.

    Reasons that have words of their own here are said in them, so that no result of a test stands in a mail.
    """
    if event.kind == "test":
        return Notice("Проверка / Test", "\n\n".join(words.trial for words in LANGUAGES) + "\n")
    subject = " / ".join(_subject(words, event.body) for words in LANGUAGES)
    return Notice(subject, "\n\n--\n\n".join(_text(words, event.body, zone) for words in LANGUAGES) + "\n")


def _subject(words: _Words, body: Mapping[str, Any]) -> str:
    return words.subject.format(task=_number(body), urgency=_value(words, "urgency", body, None))


def _text(words: _Words, body: Mapping[str, Any], zone: ZoneInfo) -> str:
    number, level, event = _number(body), str(body.get("level")), str(body.get("event"))
    whom = words.whom.get(level, words.whom["head"]).format(task=number)
    why = words.why.get(event, words.why["escalated"]).format(task=number, whom=whom)
    rows = [
        f"{label}: {_value(words, name, body, zone)}" for name, label in words.rows.items() if body.get(name)
    ]
    return "\n".join([why, "", *rows, "", words.end.format(task=number)])


def _number(body: Mapping[str, Any]) -> str:
    return _printable(str(body.get("task", "?")))


def _value(words: _Words, name: str, body: Mapping[str, Any], zone: ZoneInfo | None) -> str:
    written = str(body.get(name, ""))
    if zone is not None and name.endswith("_at"):
        try:
            return f"{datetime.fromisoformat(written).astimezone(zone):{MINUTES}} ({zone.key})"
        except ValueError:
            return _printable(written)
    known = words.values.get(name, {})
    return known.get(written) or _printable(written.replace("_", " ") if name == "reason" else written)


def _printable(text: str) -> str:
    return "".join(each for each in text[:LONGEST_VALUE] if each.isprintable())
