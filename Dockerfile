# Two stages: the first makes a virtual environment from the hash-locked requirements and the wheel of this tree;
# the second is a slim Python with that environment and nothing else.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
RUN python -m venv /opt/builder && python -m venv /opt/parley
# The dependencies first: they change less often than the code, and their layer is kept.
COPY requirements/runtime.txt requirements/build.txt requirements/
RUN /opt/builder/bin/pip install --require-hashes --no-deps -r requirements/build.txt \
    && /opt/parley/bin/pip install --require-hashes --no-deps --only-binary :all: -r requirements/runtime.txt
COPY LICENSE README.md pyproject.toml ./
COPY service service
RUN /opt/builder/bin/pip wheel --no-deps --no-build-isolation --no-index --wheel-dir /dist . \
    && /opt/parley/bin/pip install --no-deps --no-index /dist/*.whl \
    && /opt/parley/bin/pip uninstall --yes --quiet pip setuptools \
    && /opt/parley/bin/python -m compileall -q -j 0 /opt/parley/lib

FROM python:3.11-slim
LABEL org.opencontainers.image.title="Parley" \
      org.opencontainers.image.description="Negotiates the repayment of a debt that can no longer be repaid as agreed" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/parley/bin:$PATH PARLEY_DATA=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN groupadd --system --gid 10001 parley \
    && useradd --system --uid 10001 --gid parley --home-dir /data --shell /usr/sbin/nologin parley \
    && install --directory --owner parley --group parley --mode 0700 /data
COPY --from=build /opt/parley /opt/parley
COPY docker/ready.py /opt/parley/ready.py
USER parley
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["python", "/opt/parley/ready.py"]
CMD ["parley", "serve", "--host", "0.0.0.0", "--port", "8000"]
