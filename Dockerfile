# Two stages: build the environment, then run it without tools, as nobody in particular.
FROM python:3.13.9-slim-trixie AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/tocsin
COPY requirements.lock ./
RUN /opt/tocsin/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY config config
COPY handlers handlers
COPY playbooks playbooks
COPY storage storage
COPY sandbox sandbox
RUN /opt/tocsin/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13.9-slim-trixie
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/tocsin tocsin
COPY --from=build /opt/tocsin /opt/tocsin
ENV PATH=/opt/tocsin/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TOCSIN_SERVER__HOST=0.0.0.0 \
    TOCSIN_DATABASE__URL=sqlite+aiosqlite:////var/lib/tocsin/tocsin.db
USER tocsin
WORKDIR /var/lib/tocsin
VOLUME /var/lib/tocsin
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
ENTRYPOINT ["tocsin"]
CMD ["run"]
