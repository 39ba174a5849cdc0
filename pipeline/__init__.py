"""One run: settings, stages, the incremental plan and the runners. No Prefect, no terminal."""
