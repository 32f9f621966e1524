# Everything for a run, at the versions of requirements.lock:
#
#   docker build --tag evcargo .
#   docker run --rm --user "$(id -u):$(id -g)" --volume STUDY:/study evcargo
#
# Any Debian or Ubuntu base with Python 3.11 or newer and its venv module will do.
ARG BASE=python:3.11-slim-bookworm
FROM ${BASE}

# Certificates of a proxy, as a path inside the image: --build-arg PIP_CERT=... --volume ...
ARG PIP_CERT

# salmon counts reads of long RNA; it is not on PyPI.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends salmon \
    && rm -rf /var/lib/apt/lists/*

COPY requirements.lock /opt/evcargo/
RUN python3 -m venv /opt/python \
    && /opt/python/bin/pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --requirement /opt/evcargo/requirements.lock

COPY Snakefile LICENSE /opt/evcargo/
COPY resources /opt/evcargo/resources
COPY envs /opt/evcargo/envs
COPY workflow /opt/evcargo/workflow
COPY scripts /opt/evcargo/scripts

# Whatever user it runs as can write HOME, where Snakemake, numba and matplotlib keep their caches.
# The font cache is made here, or each job would make its own.
ENV PATH=/opt/python/bin:$PATH \
    PYTHONPATH=/opt/evcargo/scripts \
    HOME=/home/evcargo \
    USER=evcargo
RUN useradd --uid 10001 --create-home --home-dir "$HOME" evcargo \
    && python -m compileall -q /opt/evcargo/scripts \
    && python -c "import matplotlib.font_manager" \
    && mkdir /study \
    && chmod -R a+rwX "$HOME" /study

USER evcargo
WORKDIR /study
ENTRYPOINT ["snakemake", "--snakefile", "/opt/evcargo/workflow/Snakefile", "--workflow-profile", "/opt/evcargo/workflow/profiles/container"]
