"""Times an epoch of the Keras example `mnist_convnet` in Keras: ``python benchmarks/keras_epoch.py THREADS``.

The counterpart of ``convlab bench steps --only keras_mnist``, in a process of its own because TensorFlow's
threads cannot be changed once they run: 60,000 images of 28x28, batch 128, Adam, the second epoch, so that
tracing is not counted.
"""

import sys
import time

import keras
import numpy as np
import tensorflow as tf

IMAGES, BATCH = 60_000, 128


class EpochTimes(keras.callbacks.Callback):
    """Notes the seconds of every epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        """Starts the clock."""
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Stops the clock."""
        self.seconds.append(time.perf_counter() - self._started)


def main() -> None:
    """Trains two epochs and prints the time of the second."""
    threads = int(sys.argv[1])
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    rng = np.random.default_rng(0)
    images, labels = rng.random((IMAGES, 28, 28, 1), np.float32), rng.integers(0, 10, IMAGES)
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    times = EpochTimes()
    network.fit(images, labels, batch_size=BATCH, epochs=2, verbose=0, callbacks=[times])
    versions = f"keras {keras.__version__}, tensorflow {tf.__version__}"
    print(f"{versions}, {threads} threads: {times.seconds[1]:.1f} s an epoch")


if __name__ == "__main__":
    main()
