"""The synchrosqueezed wavelet transform with generalised Morse wavelets, for many short signals at once.

Sources: Daubechies, Lu & Wu 2011 (synchrosqueezing), doi:10.1016/j.acha.2010.08.002; Olhede & Walden 2002 (the wavelets),
doi:10.1109/TSP.2002.804066. Scales, padding and bins follow ssqueezepy 0.6.6 (MIT), so that numbers agree with it.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import fft

from samen.rooms.sensing.sphere import Floats

BETA, GAMMA = 90.0, 3.0  # Straczkiewicz et al. 2023
VOICES = 32  # scales in an octave
LARGEST = 2.0 ** (
    116 / VOICES
)  # the wavelet of this scale lies at 0.4 Hz for 10 Hz; slower ones give nothing from 0.5 Hz on
BINS, BEND = 206, 2.0 ** (204 / VOICES)  # the finer part of the bins ends at the frequency of this scale
TINY = 1e-6  # a coefficient smaller than this has no phase
PEAK = (BETA / GAMMA) ** (1 / GAMMA)  # rad/sample, where the wavelet of scale 1 is largest


def squeezed(signals: Floats, rate: float, *, shown: slice = slice(None)) -> tuple[Floats, Floats]:
    """Give frequencies (Hz, rising) and the squared magnitude of the transform: signal, frequency, time.

    Takes: signals of one length, one a row; rate: samples a second; shown: which samples of each signal are wanted.
    """
    samples = signals.shape[1]
    size = int(2 ** (1 + np.round(np.log2(samples))))
    after = (size - samples) // 2
    before = size - samples - after
    padded = np.pad(signals.astype(np.float32), ((0, 0), (before, after)), mode="reflect")
    spectra = fft.rfft(padded, axis=1)
    first, last, _ = shown.indices(samples)
    wavelets, slopes = _wavelets(size, rate)
    frequencies = _bins(size, rate)
    power = np.empty((len(signals), len(frequencies), last - first))
    inside = slice(before + first, before + last)
    for at, spectrum in enumerate(spectra):  # one signal at a time stays in the processor's cache
        there = fft.ifft(spectrum * wavelets, n=size, axis=1, overwrite_x=True)[:, inside]
        slope = fft.ifft(spectrum * slopes, n=size, axis=1, overwrite_x=True)[:, inside]
        power[at] = _reassigned(there, slope, frequencies)[::-1]
    return frequencies[::-1], power


@cache
def _wavelets(size: int, rate: float) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.complex64]]:
    """Give the wavelet of each scale at the frequencies of a transform, and the same times i and the angular frequency."""
    turning = 2 * np.pi * np.arange(size // 2 + 1) / size
    scales = 2.0 ** (np.arange(np.floor(VOICES * np.log2(0.93)), VOICES * np.log2(LARGEST) + 1) / VOICES)
    wavelets = _morse(scales[:, None] * turning).astype(np.float32)
    return wavelets, (wavelets * (1j * turning * rate)).astype(np.complex64)


def _morse(turning: Floats) -> Floats:
    """Give the wavelet at angular frequencies; its largest value is 2."""
    with np.errstate(divide="ignore"):
        log = BETA * (np.log(turning) - np.log(PEAK)) + PEAK**GAMMA - turning**GAMMA
    return np.asarray(2 * np.exp(log))


def _bins(size: int, rate: float) -> Floats:
    """Give the frequencies to which energy is assigned, from half the rate down to 0.47 Hz."""
    bend = max(np.round(PEAK * size / (2 * np.pi * BEND)), 1) / size * rate
    ratio = (bend / (rate / 2)) ** (1 / BINS)
    return np.asarray(rate / 2 * ratio ** np.arange(110))


def _reassigned(there: npt.NDArray[np.complex64], slope: npt.NDArray[np.complex64], frequencies: Floats) -> Floats:
    """Put each coefficient (scale, time) where its phase says that it belongs, and give the squared magnitude of the sums."""
    samples, bins = there.shape[1], len(frequencies)
    real, imaginary = np.ascontiguousarray(there.real), np.ascontiguousarray(there.imag)
    strength = real * real + imaginary * imaginary
    np.maximum(strength, np.float32(TINY**2), out=strength)  # what is as small as this weighs nothing wherever it falls
    turn = np.abs(slope.imag * real - slope.real * imaginary)
    np.maximum(turn, np.float32(TINY**2), out=turn)
    step = np.float32(np.log(frequencies[1] / frequencies[0]))
    place = (np.log(turn / strength) - np.float32(np.log(2 * np.pi * frequencies[0]))) / step
    bin_of = np.clip(np.rint(place), 0, bins).astype(np.int32)  # the bin after the last takes what is too slow
    where = (bin_of * samples + np.arange(samples, dtype=np.int32)).ravel()
    size = (bins + 1) * samples
    total = (np.bincount(where, part.ravel(), minlength=size)[: bins * samples] for part in (real, imaginary))
    return np.asarray(sum(each * each for each in total)).reshape(bins, samples)
