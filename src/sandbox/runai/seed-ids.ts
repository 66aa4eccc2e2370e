/** Accounts of a fresh sandbox that can get a token; these secrets work nowhere else. */
export const runaiSandboxClients = {
  /** System administrator of the tenant. */
  administrator: {
    clientId: 'sandbox-administrator',
    clientSecret: 'sandbox-administrator-secret',
  },
  /** Has no access rule, so that everything but a token is refused. */
  newcomer: { clientId: 'sandbox-newcomer', clientSecret: 'sandbox-newcomer-secret' },
  /** Disabled, so that its good secret gets no token. */
  disabled: { clientId: 'retired-notebooks', clientSecret: 'retired-notebooks-secret' },
} as const;

/** A tenant's id is a number, as a scope its decimal string. */
export const tenantId = 1001;

export const clusterIds = {
  east: '5f0d6a52-1f0e-4b6c-9d53-2f1d8c7ae101',
  west: '8a3c9e71-6b2d-4f58-a1c4-7e9b3d5fe102',
} as const;

export const departmentIds = { research: '50', product: '51', platform: '52', lab: '53' } as const;

/** There is a project `vision` on both clusters. */
export const projectIds = {
  visionEast: '4301',
  visionWest: '4302',
  language: '4303',
  recommender: '4304',
  monitoring: '4305',
  robotics: '4306',
} as const;

/** Small numbers, as self-hosted installations have (contracts/runai.md 8). */
export const roleIds = {
  systemAdministrator: 1,
  departmentAdministrator: 2,
  departmentViewer: 3,
  editor: 4,
  researchManager: 5,
  l1Researcher: 6,
  l2Researcher: 8,
  mlEngineer: 9,
  viewer: 10,
  environmentAdministrator: 13,
} as const;

export const runaiAccountIds = {
  administrator: '0b6f2c1e-7a43-4d0e-9a35-61f0c2b7d201',
  newcomer: '1c7a3d2f-8b54-4e1f-8b46-72a1d3c8e202',
  ciVision: '2d8b4e30-9c65-4f20-9c57-83b2e4d9f203',
  ciLanguage: '3e9c5f41-ad76-4031-ad68-94c3f5ea0204',
  batchTrainer: '4fad6052-be87-4142-be79-a5d406fb1205',
  dashboards: '50be7163-cf98-4253-8f8a-b6e5170c2206',
  terraform: '61cf8274-d0a9-4364-909b-c7f6281d3207',
  modelServer: '72d09385-e1ba-4475-a1ac-d807392e4208',
  dataLoader: '83e1a496-f2cb-4586-b2bd-e9184a3f5209',
  evaluator: '94f2b5a7-03dc-4697-83ce-fa295b406210',
  notebooks: 'a503c6b8-14ed-47a8-94df-0b3a6c517211',
  robotArm: 'b614d7c9-25fe-48b9-a5e0-1c4b7d628212',
  importedJob: 'c725e8da-360f-49ca-b6f1-2d5c8e739213',
} as const;
