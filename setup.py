"""Build convlab: the compiled kernel families, and the mapping of folders to packages."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
from Cython.Build import cythonize
from setuptools import Extension, find_namespace_packages, setup
from setuptools.command.build_ext import build_ext

SOURCE = Path("src_ext")
# A kernel file NAME__<isa>.c is compiled only where the compiler accepts that isa's target.
ISA_TARGETS = {
    "avx2": "avx2,fma",
    "avx512": "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma",
    "avx512_bf16": "avx512bf16,avx512f,avx512vl,avx512bw,avx512dq,avx2,fma",
    "amx": "amx-tile,amx-bf16,avx512bf16,avx512f,avx512vl,avx512bw,avx512dq,avx2,fma",
    "amx_emulated": "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma",
}
COMPILE_FLAGS = [
    "-O3",
    "-std=gnu11",
    "-ffp-contract=fast",
    "-fno-math-errno",
    "-fvisibility=hidden",
    "-g0",
    "-pthread",
    "-Wall",
    "-Wextra",
]


def packages() -> list[str]:
    """All Python packages, by the names under which they are imported."""
    found = ["convlab", "convlab.conf", "convlab_plugins"]
    found += [f"convlab.{name}" for name in find_namespace_packages("convlab")]
    found += [f"convlab.conf.{name}" for name in find_namespace_packages("conf")]
    found += [f"convlab_plugins.{name}" for name in find_namespace_packages("plugins")]
    return [name for name in found if "__pycache__" not in name]


def kernel_families() -> list[Extension]:
    """One extension module for each folder of src_ext that has a .pyx file."""
    families = []
    for pyx in sorted(SOURCE.glob("*/*.pyx")):
        generated = pyx.with_suffix(".c")
        written = [*sorted(pyx.parent.glob("*.c")), *sorted(Path(SOURCE, "common").glob("*.c"))]
        sources = [str(path) for path in written if path != generated]
        headers = [str(path) for path in sorted(SOURCE.glob("*/*.h"))]
        families.append(
            Extension(
                f"convlab.kernels._{pyx.stem}",
                [str(pyx), *sources],
                include_dirs=[str(SOURCE / "common"), str(pyx.parent), numpy.get_include()],
                depends=headers,
                define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
            )
        )
    return families


class BuildKernels(build_ext):
    """Leaves out what the compiler cannot do, and says so."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def build_extensions(self) -> None:
        compiler = self.compiler.compiler_so[0]
        if shutil.which(compiler) is None:
            sys.exit(
                f"convlab: no C compiler: '{compiler}' was not found. Install gcc "
                "(Debian: apt-get install gcc) or set CC, and build again."
            )
        missing = [isa for isa, target in ISA_TARGETS.items() if not self.accepts_target(target)]
        for isa in missing:
            self.warn(f"convlab: the compiler lacks {isa}: building without it")
        for extension in self.extensions:
            extension.sources = [
                path
                for path in extension.sources
                if not path.endswith(tuple(f"__{isa}.c" for isa in missing))
            ]
            extension.define_macros += [(f"CONVLAB_WITHOUT_{isa.upper()}", "1") for isa in missing]
            extension.extra_compile_args = COMPILE_FLAGS
            extension.extra_link_args = ["-pthread"]
        super().build_extensions()

    def accepts_target(self, target: str) -> bool:
        """Whether the compiler takes the target pragma that a kernel file begins with."""
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "probe.c")
            source.write_text(f'#pragma GCC target("{target}")\nint main(void) {{ return 0; }}')
            command = [*self.compiler.compiler_so, "-Werror", str(source), "-o", str(Path(folder, "probe"))]
            return subprocess.run(command, capture_output=True, check=False).returncode == 0


setup(
    packages=packages(),
    package_dir={"convlab": "convlab", "convlab.conf": "conf", "convlab_plugins": "plugins"},
    package_data={"": ["*.yaml", "**/*.yaml", "py.typed", "*.pyi", "assets/*"]},
    include_package_data=False,
    ext_modules=cythonize(kernel_families(), language_level=3, include_path=[str(SOURCE / "common")]),
    cmdclass={"build_ext": BuildKernels},
)
