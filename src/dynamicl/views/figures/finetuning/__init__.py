"""In-context learning against fine-tuning; every figure draws what its experiment keeps of the cells."""
