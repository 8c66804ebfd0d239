"""What several files of tests share."""

import os

# Several tests run at once, a process each: its arrays get one thread. NumPy looks at this when it is first loaded.
for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")
