"""Learning the precheck from labelled prompts: `python -m backend.precheck.training --data FOLDER...`."""
