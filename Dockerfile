# The program and nothing else: no shell, no library, no user but one without a name. `scripts/image.sh` builds the
# static binary that is copied here, one for each architecture, then the image.
FROM scratch
ARG TARGETARCH
COPY --chmod=0555 $TARGETARCH/runpod-mcp /runpod-mcp
USER 65532:65532
# Listens on all addresses at this port. MCP_PUBLIC_URL must say under which name clients reach it.
ENV PORT=8471
EXPOSE 8471
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["/runpod-mcp", "healthcheck"]
LABEL org.opencontainers.image.title="runpod-mcp" \
      org.opencontainers.image.description="MCP server for Runpod" \
      org.opencontainers.image.source="https://github.com/runpod-mcp/runpod-mcp" \
      org.opencontainers.image.licenses="Apache-2.0" \
      io.modelcontextprotocol.server.name="io.github.runpod-mcp/runpod-mcp"
ENTRYPOINT ["/runpod-mcp"]
CMD ["serve", "--http"]
