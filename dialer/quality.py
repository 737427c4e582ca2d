"""How good a call was: loss, jitter, delay and a MOS estimate from what its RTP streams counted; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialer.messages import Quality

# ITU-T G.107 (06/2015) section 7 with its default values: R0 - Is is 93.2, A is 0.
DEFAULT_R = 93.2
# ITU-T G.113 (11/2007) appendix I, G.711 with packet loss concealment, random loss.
G711_IE = 0.0
G711_BPL = 25.1
# Cole and Rosenbluth, "Voice over IP performance monitoring", 2001: Id of G.107 without echo, simplified.
DELAY_FACTOR = 0.024
LATE_FACTOR = 0.11
LATE_MS = 177.3  # from here on people begin to talk into each other
PACKET_MS = 20.0  # a packet leaves when its last sample was spoken
WORST_MOS, BEST_MOS = 1.0, 4.5


@dataclass(frozen=True)
class StreamFigures:
    """What one RTP stream counted until now, both directions; some re-INVITEs begin another stream."""

    received: int = 0  # packets, whatever they carry
    lost: int = 0  # packets that the far end sent and we never saw
    sent: int = 0
    far_lost: int = 0  # packets of ours that the far end never saw, as its RTCP tells
    jitter_ms: float = 0.0  # mean of the stream
    round_trip_ms: float = 0.0  # 0.0: the far end sends no RTCP
    buffer_ms: float = 0.0  # mean delay of the jitter buffer


def mos(lost_percent: float, delay_ms: float) -> float:
    """MOS of listening to G.711 with this much random loss (0-100) and one-way delay (mouth to ear), 1.0-4.5.

    ITU-T G.107 annex B turns R into MOS; its polynomial has a small dent below R 6.5, which is cut off.
    """
    delay_ms, lost_percent = max(0.0, delay_ms), min(100.0, max(0.0, lost_percent))
    impaired = DELAY_FACTOR * delay_ms + LATE_FACTOR * max(0.0, delay_ms - LATE_MS)
    impaired += G711_IE + (95.0 - G711_IE) * lost_percent / (lost_percent + G711_BPL)
    rating = min(100.0, max(0.0, DEFAULT_R - impaired))
    score = 1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6
    return min(BEST_MOS, max(WORST_MOS, score))


def quality_of(streams: Sequence[StreamFigures]) -> Quality:
    """The quality of a call from all its streams, in order. Nothing received: `mos` is 0.0."""
    received = sum(stream.received for stream in streams)
    sent = sum(stream.sent for stream in streams)
    if not received:
        return Quality(one_way=sent > 0)
    lost_percent = _percent(sum(stream.lost for stream in streams), received)
    round_trip_ms = next((s.round_trip_ms for s in reversed(streams) if s.round_trip_ms > 0), 0.0)
    delay_ms = PACKET_MS + round_trip_ms / 2 + _mean(streams, [s.buffer_ms for s in streams])
    far_lost = sum(stream.far_lost for stream in streams)
    return Quality(
        packets=received,
        lost_percent=round(lost_percent, 2),
        jitter_ms=round(_mean(streams, [s.jitter_ms for s in streams]), 2),
        round_trip_ms=round(round_trip_ms, 1),
        far_lost_percent=round(min(100.0, 100.0 * far_lost / sent), 2) if sent else 0.0,
        mos=round(mos(lost_percent, delay_ms), 2),
    )


def _percent(lost: int, received: int) -> float:
    return 100.0 * max(0, lost) / (received + max(0, lost))


def _mean(streams: Sequence[StreamFigures], values: Sequence[float]) -> float:
    """The mean of a value of each stream, weighted by the packets received in it."""
    received = sum(stream.received for stream in streams)
    return sum(s.received * value for s, value in zip(streams, values, strict=True)) / max(1, received)
