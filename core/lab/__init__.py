"""The learning-rate laboratory: experiments on the step size of a training run, without Qt.

Every experiment has the same shape. A frozen *question* says what is to be found out and checks
itself (ValueError, in words for the user); a function, named `run` or by what it does, takes it
and returns a generator of `Report`s: how much is done, how much there is, and the *result* so
far, a frozen dataclass of arrays that are never changed afterwards. There is no thread inside:
whoever runs the generator, in whatever thread, stops it by `close()` between two reports, and
what was reported last remains valid. `core.lab.storage` makes JSON of both.

    from core.lab import problems, range_test
    problem = problems.Network(PRESETS["playground"].setup)
    question = range_test.RangeTest(problem, problem.start(), lowest=1e-5, highest=10.0)
    for report in range_test.run(question):
        print(report.share, report.result.rates, report.result.smoothed)

What is trained is a `Problem`: the training tab's set-up (`Network`), one parameter on a parabola
(`Parabola`), or the network of the paper on fractal boundaries (`WideTanh`). Where training is
at the moment is a `Start`: parameters and the optimizer's memory.

    problems.py starts.py     what is trained, and from where
    running.py ranges.py      Report; a range of rates
    objective.py              the loss and its gradient as functions of the parameters
    race.py verdicts.py       lanes side by side; who leads, is stuck, oscillates or has diverged
    main_run.py               a lane becomes the training tab's run
    one_step.py               the loss along the next update, as a function of the rate
    range_test.py             a rate that grows until training breaks
    stability.py hessian.py   the sharpness, and the largest stable rate
    sharpening.py             both, followed while a run trains
    trainability.py tiles.py  which of two hyperparameters' values converge, coarse to fine
    executors.py cluster.py   who does the work: threads, processes, a Dask cluster
    kept.py kept_tiles.py     what is finished, on disk; made.py, how far a long run is
    zero_grad.py              with and without it; momentum with beta = 1
    landscape.py run_path.py  the loss over a plane through the parameters; a run's way over it
    schedules.py              drawn by hand, previewed
    estimates.py              how long an experiment will take
    race_jobs.py range_test_jobs.py   a race, a range test on workers, in parts
    tables.py                 columns for files
    storage.py records.py     questions and results as JSON
"""
