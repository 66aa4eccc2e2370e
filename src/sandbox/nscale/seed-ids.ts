/** Who can sign in to a fresh sandbox; these tokens work nowhere else. */
export const sandboxTokens = {
  administrator: 'sandbox-administrator',
  auditor: 'sandbox-auditor',
  /** A person without any right on accounts. */
  user: 'sandbox-user',
  /** A person who belongs to two organizations. */
  consultant: 'sandbox-consultant',
  /** The service account `self-rotating`, which is in no group. */
  selfRotating: 'sandbox-self-rotating',
} as const;

export const organizationId = 'd4600d6e-e965-4b44-a808-84fb2fa36702';

/** One that the administrator does not belong to. */
export const otherOrganizationId = 'ee45f34b-9685-40d8-8724-23c31252ca46';

export const roleIds = {
  administrator: 'a0f4f1f8-1b8c-4c39-9c9d-0a5be2a1c001',
  auditor: 'a1c7d2aa-52f0-4be4-8d0e-5f4f5f9bc002',
  reader: 'b2d9b7a4-6f7e-4a6f-b3f5-2b6a0c1fd003',
  user: 'c3e1a9d2-7c39-41f0-a9a8-7de2a90ee004',
} as const;

export const groupIds = {
  platformAdmins: 'b42d0f5e-8a4c-4e57-9f10-1c9e5b7ad101',
  mlTraining: 'c77f6a10-3d5b-4f0e-8a2f-6d0b6e41a102',
  inference: 'd90b1c22-4e6c-4a1f-9b3e-7e1c7f52b103',
  observability: 'e01c2d33-5f7d-4b2a-8c4d-8f2d8a63c104',
  billingReadonly: 'f12d3e44-6a8e-4c3b-9d5c-9a3e9b74d105',
} as const;

export const accountIds = {
  ciDeploy: 'c1f0a2b4-5a5e-4f67-8a0c-0d4a6f1b2001',
  terraform: 'a93b7c15-2f44-4e0d-9c62-5b1e8d3c4002',
  nightlyTrain: 'e5d81f20-7b3a-4c8e-a4f1-9e2c6a7d5003',
  datasetSync: 'b7e2c934-1d6f-4a2b-8e57-3f8a1c9b6004',
  grafana: 'd2a6f481-9c0e-4b7d-b3a8-6e5d2f4c7005',
  backup: 'f4c3b8d7-6e21-4d9a-9f04-1a7b5e8d8006',
  gateway: 'a8d5e2f9-3b7c-4e16-8c2d-7f9e4b6a9007',
  gatewayOld: 'c6f1d7a3-8e4b-4f52-a1b9-2d8c5e7fa008',
  costReport: 'e9b4a6c2-5f1d-4837-9d6e-8c3f7a2bb009',
  runner: 'b3c7f5e8-4a9d-4612-8f3b-5d1e9c6ac010',
  selfRotating: 'd8e6b1f4-2c5a-4973-b6e2-4a7f8d9cd011',
  retired: 'f7a2d9c5-1e8b-4d64-a3f7-9b6c5e4ae012',
  scratch: 'a4f8c1e6-7d2b-4359-8e1a-6c9d3f5bf013',
} as const;
