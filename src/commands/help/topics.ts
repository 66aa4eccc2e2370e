/** `sactl help exit-codes` */
export const exitCodesTopic = `Exit codes

    0  done
    1  failed, and nothing was changed (or it was a read)
    2  usage: flag, input, filter, configuration or missing confirmation; nothing was sent that changes anything
    3  not found
    4  authentication or permission
    5  conflict: the name exists, is ambiguous, or something else changed it at the same time
    6  partial: some of several steps failed
    7  changed, or possibly changed, and no credential was received
    8  changed, and the credential did not reach the place you asked for
  130  interrupted (Ctrl-C) before anything was sent that changes anything
  143  ended by another signal before anything was sent that changes anything
`;

/** `sactl help environment` */
export const environmentTopic = `Environment variables

nscale
  NSCALE_SERVICE_TOKEN                  the token to work with
  NSCALE_ORGANIZATION_ID                the organization, when --org does not name one
  NSCALE_IDENTITY_SERVICE_API_ENDPOINT  the address of the identity service

NVIDIA Run:ai
  RUNAI_BASE_URL                        the address of the control plane; required
  RUNAI_CLIENT_ID, RUNAI_CLIENT_SECRET  the service account or access key to work with
  RUNAI_TOKEN                           an access token instead of the two

sactl
  SACTL_PROVIDER, SACTL_PROFILE, SACTL_ORG, SACTL_SANDBOX  the flags of the same name; a flag wins
  SACTL_CONFIG       the user's configuration file (JSON or YAML)
  SACTL_STATE_DIR    where the sandbox keeps its state
  SACTL_JQ=native    run filters with your own jq: JQ_PATH, node-jq's, or jq on PATH
  XDG_CONFIG_HOME, XDG_STATE_HOME  as the XDG base directory specification says

network
  HTTPS_PROXY, NO_PROXY  the proxy for requests, and the hosts that need none
  SSL_CERT_FILE, NODE_EXTRA_CA_CERTS  certificate authorities to trust besides the usual ones

terminal
  CI        anything but 0 or false: never ask, print no table of a credential
  NO_COLOR  anything: no colours
`;
