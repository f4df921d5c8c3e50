"""In-context learning against fine-tuning; every figure draws the dataset of `studies.finetuning.read_cells`."""
