"""The sound devices of the computer that this runs on."""

from __future__ import annotations

from receiver.sink.devices import Device


class ThisSound:
    """See `Sound`. Loads PortAudio."""

    def devices(self) -> list[Device]:
        """See `Sound`."""
        from receiver.sink.portaudio import list_devices  # noqa: PLC0415 - looks at each device

        return list_devices()

    def chosen(self, wanted: str) -> Device:
        """See `Sound`."""
        from receiver.sink.portaudio import choose_device, list_devices  # noqa: PLC0415 - as above

        return choose_device(wanted, list_devices())

    def rates(self, device: Device) -> list[int]:
        """See `Sound`."""
        from receiver.sink.portaudio import rates_of  # noqa: PLC0415 - as above

        return rates_of(device)
