# sactl in a small image, for any user that is not root and a file system that nobody can write to:
#   docker build --tag sactl .                          sactl alone
#   docker build --tag sactl --target with-kubectl .    and kubectl, by which it delivers to Kubernetes
#   docker run --rm --read-only --tmpfs /tmp --volume sactl:/var/lib/sactl sactl doctor --sandbox
# What has to outlive a container is in /var/lib/sactl, or in a state store (docs/guide/machines.md). Credentials come
# when it runs, in its environment or in files: none is in the image, and none is needed to build it.
ARG NODE=node:24.21.0-alpine3.24@sha256:ebfe2f90462722a7a4de65e91990e97fe0d401c70e0e762c5b53302f905ec1c1
# No more than one minor version away from your cluster: --build-arg KUBECTL=registry.k8s.io/kubectl:v1.35.3
ARG KUBECTL=registry.k8s.io/kubectl:v1.36.4@sha256:b8d523e7b8cdc5e3caa0f8891ee9f504abf137dec786e6e0ddd33e4f272c2f13

FROM ${NODE} AS build
WORKDIR /build
COPY LICENSE package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY scripts scripts
COPY src src
RUN npm run build
RUN mkdir -p image/opt/sactl image/usr/local/bin image/var/lib/sactl image/work \
 && cp -R LICENSE dist/. image/opt/sactl \
 && chmod 755 image/opt/sactl/bin.cjs \
 && ln -s ../../../opt/sactl/bin.cjs image/usr/local/bin/sactl \
 # Whoever it runs as makes a folder of their own there.
 && chmod 1777 image/var/lib/sactl

# npm and yarn have no work there, and weaknesses of their own.
FROM ${NODE} AS node
WORKDIR /usr/local
RUN rm -rf bin/corepack bin/npm bin/npx bin/yarn bin/yarnpkg include lib/node_modules share ../../opt/yarn-*

FROM ${KUBECTL} AS kubectl

# What was removed above takes no place in a layer of this one.
FROM scratch AS alone
COPY --from=node / /
COPY --from=build /build/image /
LABEL org.opencontainers.image.title=sactl org.opencontainers.image.licenses=Apache-2.0
ENV PATH=/usr/local/bin:/usr/bin:/bin
ENV SACTL_STATE_DIR=/var/lib/sactl/state
USER 10001:10001
WORKDIR /work
ENTRYPOINT ["sactl"]

FROM alone AS with-kubectl
COPY --from=kubectl /bin/kubectl /usr/local/bin/kubectl

# What is built where no target is named.
FROM alone AS sactl
