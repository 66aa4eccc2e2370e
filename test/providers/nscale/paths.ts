import { organizationId } from '../../harness/nscale.ts';

/** `/api/v1/organizations` */
export const organizations = '/api/v1/organizations';
/** Of the organization that every token of the seed but the consultant's sees alone. */
export const accounts = `${organizations}/${organizationId}/serviceaccounts`;
export const groups = `${organizations}/${organizationId}/groups`;
export const roles = `${organizations}/${organizationId}/roles`;

/** How every command without `--org` begins. */
export const discovery = `GET ${organizations}`;
export const list = `GET ${accounts}`;

/** How a credential is tried. */
export const verification = `GET ${organizations}`;
/** Who the token is. */
export const userInfo = 'GET /oauth2/v2/userinfo';
