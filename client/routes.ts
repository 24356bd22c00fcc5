/* Made of docs/openapi.json: what the routes of the management host take and answer. A test makes it anew
   ("npx vitest run --project unit tests/unit/client -u"). */

export interface Routes {
  /**
   * Show the identities of a person
   */
  'GET /data/core/identity/cluster/members': {
    query: {
      nsid?: number | string;
      ns?: string;
      namespace?: string;
      id: string;
    };
    answer: {
      clusters: {
        members: {
          [k: string]: unknown;
        }[];
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Show the identities of several people
   */
  'POST /data/core/identity/clusters/members': {
    body: {
      /**
       * @minItems 1
       * @maxItems 100
       */
      compositeXids: {
        nsid?: number | string;
        ns?: string;
        namespace?: string;
        id: string;
      }[];
      'graph-type'?: string;
      version?: number;
    };
    answer: {
      clusters: {
        members: {
          [k: string]: unknown;
        }[];
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Show identity graphs, as identities or with links, their ages and sources
   */
  'POST /data/core/identity/v2/graph': {
    body: {
      composite_xid:
        | {
            nsid?: number | string;
            ns?: string;
            namespace?: string;
            id: string;
          }
        | {
            nsid?: number | string;
            ns?: string;
            namespace?: string;
            id: string;
          }[];
      projection_type?: 'set' | 'graph';
      graph_type?: string;
      require_edge_meta_data?: boolean;
    };
    answer: {
      graphs: {
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * List identity namespaces
   */
  'GET /data/core/idnamespace/identities': {
    answer: {
      id: number;
      code: string;
      idType: string;
      name: string;
      custom: boolean;
      [k: string]: unknown;
    }[];
  };
  /**
   * Create an identity namespace
   */
  'POST /data/core/idnamespace/identities': {
    body: {
      code: string;
      name?: string;
      description?: string | null;
      idType: string;
    };
    answer: {
      id: number;
      code: string;
      idType: string;
      name: string;
      custom: boolean;
      [k: string]: unknown;
    };
  };
  /**
   * Show an identity namespace
   */
  'GET /data/core/idnamespace/identities/{id}': {
    path: {
      id: string;
    };
    answer: {
      id: number;
      code: string;
      idType: string;
      name: string;
      custom: boolean;
      [k: string]: unknown;
    };
  };
  /**
   * Replace an identity namespace
   */
  'PUT /data/core/idnamespace/identities/{id}': {
    path: {
      id: string;
    };
    body: {
      code?: string;
      name?: string;
      description?: string | null;
      idType: string;
    };
    answer: {
      id: number;
      code: string;
      idType: string;
      name: string;
      custom: boolean;
      [k: string]: unknown;
    };
  };
  /**
   * List identity namespaces
   */
  'GET /data/core/idnamespace/orgs/{org}/identities': {
    path: {
      org: string;
    };
    answer: {
      id: number;
      code: string;
      idType: string;
      name: string;
      custom: boolean;
      [k: string]: unknown;
    }[];
  };
  /**
   * Ask for what is stored about people, or for its deletion
   */
  'POST /data/core/privacy/jobs': {
    body: {
      /**
       * @maxItems 20
       */
      users: {
        key: string;
        /**
         * @minItems 1
         * @maxItems 2
         */
        action: ('access' | 'delete')[];
        /**
         * @minItems 1
         * @maxItems 9
         */
        userIDs: {
          namespace: string;
          value: string;
          [k: string]: unknown;
        }[];
        [k: string]: unknown;
      }[];
      regulation?: string;
      [k: string]: unknown;
    };
    answer: {
      requestId: string;
      totalRecords: number;
      jobs: {
        jobId: string;
        customer: {
          user: {
            key: string;
            action: string[];
          };
        };
      }[];
    };
  };
  /**
   * List deletions that are under way
   */
  'GET /data/core/privacy/jobs': {
    answer: {
      jobDetails: {
        jobId: string;
        action: string;
        status: 'processing' | 'complete';
        createdDate: string;
      }[];
      totalRecords: number;
    };
  };
  /**
   * Show how far a privacy job has come, and its receipts
   */
  'GET /data/core/privacy/jobs/{id}': {
    path: {
      id: string;
    };
    answer: {
      jobId: string;
      userKey: string;
      action: 'access' | 'delete';
      regulation: string;
      createdDate: string;
      status: 'processing' | 'complete';
      people?: number;
      downloadURL?: string;
      receipts: {
        signature: string;
        [k: string]: unknown;
      }[];
    };
  };
  /**
   * Show what is stored about the person of a job for access
   */
  'GET /data/core/privacy/jobs/{id}/data': {
    path: {
      id: string;
    };
    answer: {
      jobId: string;
      people: {
        [k: string]: unknown;
      }[];
    };
  };
  /**
   * Show a profile or its events
   */
  'GET /data/core/ups/access/entities': {
    answer: {
      [k: string]: unknown;
    };
  };
  /**
   * Show several profiles or their events
   */
  'POST /data/core/ups/access/entities': {
    answer: {
      [k: string]: unknown;
    };
  };
  /**
   * Delete a person by an identity
   */
  'DELETE /data/core/ups/access/entities': {
    query: {
      entityId: string;
      entityIdNS: string;
    };
    answer: {
      requestId: string;
      totalRecords: number;
      jobs: {
        jobId: string;
        customer: {
          user: {
            key: string;
            action: string[];
          };
        };
      }[];
    };
  };
  /**
   * List audiences
   */
  'GET /data/core/ups/audiences': {
    query: {
      limit?: string;
      start?: string;
      sort?: string;
      name?: string;
      description?: string;
      entityType?: string;
    };
    answer: {
      children: {
        id: string;
        name: string;
        expression: {
          type: string;
          format: string;
          value: string;
        };
        audienceId: string;
        metrics: {
          type: 'export';
          jobId: string;
          id: string;
          data: {
            totalProfiles?: number;
            totalProfilesByMergePolicy?: {
              [k: string]: number;
            };
          };
          createEpoch?: number;
          updateEpoch?: number;
          asOf?: string;
        };
        [k: string]: unknown;
      }[];
      _page: {
        totalCount: number;
        pageSize: number;
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Create an audience of a rule
   */
  'POST /data/core/ups/audiences': {
    body: {
      name: string;
      description?: string | null;
      type?: 'SegmentDefinition';
      expression: {
        type: 'PQL';
        format: 'pql/text' | 'pql/json';
        value:
          | string
          | {
              [k: string]: unknown;
            };
      };
      schema?: {
        name: '_xdm.context.profile';
      };
      mergePolicyId?: string | null;
      lifecycleState?: 'draft' | 'published' | 'active' | 'inactive' | 'archived';
      dataGovernancePolicy?: {
        excludeOptOut?: boolean;
      };
    };
    answer: {
      id: string;
      name: string;
      expression: {
        type: string;
        format: string;
        value: string;
      };
      audienceId: string;
      metrics: {
        type: 'export';
        jobId: string;
        id: string;
        data: {
          totalProfiles?: number;
          totalProfilesByMergePolicy?: {
            [k: string]: number;
          };
        };
        createEpoch?: number;
        updateEpoch?: number;
        asOf?: string;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Show several audiences
   */
  'POST /data/core/ups/audiences/bulk-get': {
    body: {
      /**
       * @maxItems 100
       */
      ids: {
        id: string;
      }[];
    };
    answer: {
      results: {
        [k: string]: {
          id: string;
          name: string;
          expression: {
            type: string;
            format: string;
            value: string;
          };
          audienceId: string;
          metrics: {
            type: 'export';
            jobId: string;
            id: string;
            data: {
              totalProfiles?: number;
              totalProfilesByMergePolicy?: {
                [k: string]: number;
              };
            };
            createEpoch?: number;
            updateEpoch?: number;
            asOf?: string;
          };
          [k: string]: unknown;
        };
      };
      [k: string]: unknown;
    };
  };
  /**
   * Show an audience
   */
  'GET /data/core/ups/audiences/{id}': {
    path: {
      id: string;
    };
    answer: {
      id: string;
      name: string;
      expression: {
        type: string;
        format: string;
        value: string;
      };
      audienceId: string;
      metrics: {
        type: 'export';
        jobId: string;
        id: string;
        data: {
          totalProfiles?: number;
          totalProfilesByMergePolicy?: {
            [k: string]: number;
          };
        };
        createEpoch?: number;
        updateEpoch?: number;
        asOf?: string;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Replace an audience
   */
  'PUT /data/core/ups/audiences/{id}': {
    path: {
      id: string;
    };
    body: {
      name: string;
      description?: string | null;
      type?: 'SegmentDefinition';
      expression: {
        type: 'PQL';
        format: 'pql/text' | 'pql/json';
        value:
          | string
          | {
              [k: string]: unknown;
            };
      };
      schema?: {
        name: '_xdm.context.profile';
      };
      mergePolicyId?: string | null;
      lifecycleState?: 'draft' | 'published' | 'active' | 'inactive' | 'archived';
      dataGovernancePolicy?: {
        excludeOptOut?: boolean;
      };
    };
    answer: {
      id: string;
      name: string;
      expression: {
        type: string;
        format: string;
        value: string;
      };
      audienceId: string;
      metrics: {
        type: 'export';
        jobId: string;
        id: string;
        data: {
          totalProfiles?: number;
          totalProfilesByMergePolicy?: {
            [k: string]: number;
          };
        };
        createEpoch?: number;
        updateEpoch?: number;
        asOf?: string;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Change an audience; publish a draft
   */
  'PATCH /data/core/ups/audiences/{id}': {
    path: {
      id: string;
    };
    body:
      | {
          op: string;
          path: string;
          from?: string;
          value?: unknown;
          [k: string]: unknown;
        }[]
      | {
          name?: string;
          description?: string | null;
          type?: 'SegmentDefinition';
          expression?: {
            type: 'PQL';
            format: 'pql/text' | 'pql/json';
            value:
              | string
              | {
                  [k: string]: unknown;
                };
          };
          schema?: {
            name: '_xdm.context.profile';
          };
          mergePolicyId?: string | null;
          lifecycleState?: 'draft' | 'published' | 'active' | 'inactive' | 'archived';
          dataGovernancePolicy?: {
            excludeOptOut?: boolean;
          };
        };
    answer: {
      id: string;
      name: string;
      expression: {
        type: string;
        format: string;
        value: string;
      };
      audienceId: string;
      metrics: {
        type: 'export';
        jobId: string;
        id: string;
        data: {
          totalProfiles?: number;
          totalProfilesByMergePolicy?: {
            [k: string]: number;
          };
        };
        createEpoch?: number;
        updateEpoch?: number;
        asOf?: string;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Delete an audience
   */
  'DELETE /data/core/ups/audiences/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * List merge policies
   */
  'GET /data/core/ups/config/mergePolicies': {
    query: {
      limit?: string;
      start?: string;
    };
    answer: {
      _page: {
        count: number;
        [k: string]: unknown;
      };
      children: {
        id: string;
        name: string;
        identityGraph: {
          type: string;
          [k: string]: unknown;
        };
        attributeMerge: {
          type: string;
          [k: string]: unknown;
        };
        default: boolean;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Create a merge policy
   */
  'POST /data/core/ups/config/mergePolicies': {
    body: {
      name: string;
      schema?: {
        name: '_xdm.context.profile';
      };
      default?: boolean;
      identityGraph?: {
        type: 'pdg' | 'none';
      };
      attributeMerge?: {
        type: 'timestampOrdered' | 'dataSetPrecedence';
        order?: string[];
      };
    };
    answer: {
      id: string;
      name: string;
      identityGraph: {
        type: string;
        [k: string]: unknown;
      };
      attributeMerge: {
        type: string;
        [k: string]: unknown;
      };
      default: boolean;
      [k: string]: unknown;
    };
  };
  /**
   * Show several merge policies
   */
  'POST /data/core/ups/config/mergePolicies/bulk-get': {
    body: {
      /**
       * @maxItems 100
       */
      ids: {
        id: string;
      }[];
    };
    answer: {
      results: {
        [k: string]: {
          id: string;
          name: string;
          identityGraph: {
            type: string;
            [k: string]: unknown;
          };
          attributeMerge: {
            type: string;
            [k: string]: unknown;
          };
          default: boolean;
          [k: string]: unknown;
        };
      };
      [k: string]: unknown;
    };
  };
  /**
   * Show a merge policy
   */
  'GET /data/core/ups/config/mergePolicies/{id}': {
    path: {
      id: string;
    };
    answer: {
      id: string;
      name: string;
      identityGraph: {
        type: string;
        [k: string]: unknown;
      };
      attributeMerge: {
        type: string;
        [k: string]: unknown;
      };
      default: boolean;
      [k: string]: unknown;
    };
  };
  /**
   * Replace a merge policy
   */
  'PUT /data/core/ups/config/mergePolicies/{id}': {
    path: {
      id: string;
    };
    body: {
      name: string;
      schema?: {
        name: '_xdm.context.profile';
      };
      default?: boolean;
      identityGraph?: {
        type: 'pdg' | 'none';
      };
      attributeMerge?: {
        type: 'timestampOrdered' | 'dataSetPrecedence';
        order?: string[];
      };
    };
    answer: {
      id: string;
      name: string;
      identityGraph: {
        type: string;
        [k: string]: unknown;
      };
      attributeMerge: {
        type: string;
        [k: string]: unknown;
      };
      default: boolean;
      [k: string]: unknown;
    };
  };
  /**
   * Change a merge policy
   */
  'PATCH /data/core/ups/config/mergePolicies/{id}': {
    path: {
      id: string;
    };
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: {
      op: string;
      path: string;
      from?: string;
      value?: unknown;
      [k: string]: unknown;
    }[];
    answer: {
      id: string;
      name: string;
      identityGraph: {
        type: string;
        [k: string]: unknown;
      };
      attributeMerge: {
        type: string;
        [k: string]: unknown;
      };
      default: boolean;
      [k: string]: unknown;
    };
  };
  /**
   * Delete a merge policy
   */
  'DELETE /data/core/ups/config/mergePolicies/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * List schedules
   */
  'GET /data/core/ups/config/schedules': {
    answer: {
      [k: string]: unknown;
    };
  };
  /**
   * Show a schedule
   */
  'GET /data/core/ups/config/schedules/{id}': {
    path: {
      id: string;
    };
    answer: {
      [k: string]: unknown;
    };
  };
  /**
   * Show how many people a rule would select
   */
  'GET /data/core/ups/estimate/{id}': {
    path: {
      id: string;
    };
    answer: {
      state: string;
      estimatedSize: number;
      totalRows: number;
      [k: string]: unknown;
    };
  };
  /**
   * Count whom a rule would select
   */
  'POST /data/core/ups/preview': {
    body: {
      predicateExpression: string;
      predicateType?: 'pql/text' | 'pql/json';
      predicateModel?: string;
      graphType?: string;
      mergeStrategy?: string;
    };
    answer: {
      state: string;
      previewId: string;
      [k: string]: unknown;
    };
  };
  /**
   * Show whether a preview is ready
   */
  'GET /data/core/ups/preview/{id}': {
    path: {
      id: string;
    };
    answer: {
      state: string;
      [k: string]: unknown;
    };
  };
  /**
   * Delete a preview
   */
  'DELETE /data/core/ups/preview/{id}': {
    path: {
      id: string;
    };
    answer: {
      [k: string]: unknown;
    };
  };
  /**
   * Show how many profile items the last evaluation has looked at
   */
  'GET /data/core/ups/previewsamplestatus': {
    answer: {
      totalRows: number;
      [k: string]: unknown;
    };
  };
  /**
   * Find audiences by words
   */
  'GET /data/core/ups/search/entities': {
    query: {
      schemaClass?: '_xdm.context.segmentdefinition';
      namespace: string;
      s?: string;
      entityId?: string;
      limit?: number;
      page?: number;
    };
    answer: {
      entities: {
        id: string;
        base64EncodedSourceId: string;
        isFolder: boolean;
        parentFolderId: string;
        name: string;
        description?: string;
      }[];
      page: {
        totalCount: number;
        totalPages: number;
        pageOffset: number;
        pageSize: number;
      };
      status: {
        message: string;
      };
    };
  };
  /**
   * Count the audiences that have some words
   */
  'GET /data/core/ups/search/namespaces': {
    query: {
      'schema.name': '_xdm.context.segmentdefinition';
      s?: string;
    };
    answer: {
      namespaces: {
        namespace: string;
        displayName: string;
        count: number;
      }[];
      totalCount: string;
      status: {
        message: string;
      };
    };
  };
  /**
   * Convert a rule between pql/text and pql/json
   */
  'POST /data/core/ups/segment/conversion': {
    body: {
      name: string;
      expression: {
        type: string;
        format: 'pql/text' | 'pql/json';
        value: string;
      };
      [k: string]: unknown;
    };
    answer: {
      expression: {
        format: string;
        value: string;
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * List segment definitions
   */
  'GET /data/core/ups/segment/definitions': {
    query: {
      limit?: string;
      page?: string;
      start?: string;
      sort?: string;
      'evaluationInfo.continuous.enabled'?: string;
    };
    answer: {
      segments: {
        id: string;
        name: string;
        expression: {
          type: string;
          format: string;
          value: string;
        };
        [k: string]: unknown;
      }[];
      page: {
        totalCount: number;
        totalPages: number;
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Create a segment definition, in pql/text or pql/json
   */
  'POST /data/core/ups/segment/definitions': {
    body: {
      name: string;
      description?: string | null;
      type?: 'SegmentDefinition';
      expression: {
        type: 'PQL';
        format: 'pql/text' | 'pql/json';
        value:
          | string
          | {
              [k: string]: unknown;
            };
      };
      schema?: {
        name: '_xdm.context.profile';
      };
      mergePolicyId?: string | null;
      lifecycleState?: 'draft' | 'published' | 'active' | 'inactive' | 'archived';
      dataGovernancePolicy?: {
        excludeOptOut?: boolean;
      };
    };
    answer: {
      id: string;
      name: string;
      expression: {
        type: string;
        format: string;
        value: string;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Show several segment definitions
   */
  'POST /data/core/ups/segment/definitions/bulk-get': {
    body: {
      /**
       * @maxItems 100
       */
      ids: {
        id: string;
      }[];
    };
    answer: {
      results: {
        [k: string]: {
          id: string;
          name: string;
          expression: {
            type: string;
            format: string;
            value: string;
          };
          [k: string]: unknown;
        };
      };
      [k: string]: unknown;
    };
  };
  /**
   * Show a segment definition
   */
  'GET /data/core/ups/segment/definitions/{id}': {
    path: {
      id: string;
    };
    answer: {
      id: string;
      name: string;
      expression: {
        type: string;
        format: string;
        value: string;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Change a segment definition; publish a draft
   */
  'PATCH /data/core/ups/segment/definitions/{id}': {
    path: {
      id: string;
    };
    body:
      | {
          op: string;
          path: string;
          from?: string;
          value?: unknown;
          [k: string]: unknown;
        }[]
      | {
          name?: string;
          description?: string | null;
          type?: 'SegmentDefinition';
          expression?: {
            type: 'PQL';
            format: 'pql/text' | 'pql/json';
            value:
              | string
              | {
                  [k: string]: unknown;
                };
          };
          schema?: {
            name: '_xdm.context.profile';
          };
          mergePolicyId?: string | null;
          lifecycleState?: 'draft' | 'published' | 'active' | 'inactive' | 'archived';
          dataGovernancePolicy?: {
            excludeOptOut?: boolean;
          };
        };
    answer: {
      id: string;
      name: string;
      expression: {
        type: string;
        format: string;
        value: string;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Delete a segment definition
   */
  'DELETE /data/core/ups/segment/definitions/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * List evaluations of all profiles
   */
  'GET /data/core/ups/segment/jobs': {
    query: {
      status?: string;
      limit?: string;
      start?: string;
    };
    answer: {
      children: {
        id: string;
        status: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Evaluate all segments for all profiles
   */
  'POST /data/core/ups/segment/jobs': {
    /**
     * @minItems 1
     * @maxItems 500
     */
    body: {
      segmentId: string;
    }[];
    answer: {
      id: string;
      status: string;
      [k: string]: unknown;
    };
  };
  /**
   * Show an evaluation
   */
  'GET /data/core/ups/segment/jobs/{id}': {
    path: {
      id: string;
    };
    answer: {
      id: string;
      status: string;
      [k: string]: unknown;
    };
  };
  /**
   * Show what the caller may do
   */
  'POST /data/foundation/access-control/acl/effective-policies': {
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: string[];
    answer: {
      policies: {
        [k: string]: string[];
      };
      [k: string]: unknown;
    };
  };
  /**
   * List permissions
   */
  'GET /data/foundation/access-control/acl/reference': {
    answer: {
      permissions: {
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * List access policies
   */
  'GET /data/foundation/access-control/administration/policies': {
    answer: {
      items: {
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * List products
   */
  'GET /data/foundation/access-control/administration/products': {
    answer: {
      [k: string]: unknown;
    };
  };
  /**
   * List categories of permissions
   */
  'GET /data/foundation/access-control/administration/products/{id}/categories': {
    path: {
      id: string;
    };
    answer: {
      [k: string]: unknown;
    };
  };
  /**
   * List sets of permissions
   */
  'GET /data/foundation/access-control/administration/products/{id}/permission-sets': {
    path: {
      id: string;
    };
    answer: {
      [k: string]: unknown;
    };
  };
  /**
   * List roles
   */
  'GET /data/foundation/access-control/administration/roles': {
    answer: {
      items: {
        id: string;
        name: string;
        permissionSets: string[];
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Show a role
   */
  'GET /data/foundation/access-control/administration/roles/{id}': {
    path: {
      id: string;
    };
    answer: {
      id: string;
      name: string;
      permissionSets: string[];
      [k: string]: unknown;
    };
  };
  /**
   * List who has a role
   */
  'GET /data/foundation/access-control/administration/roles/{id}/subjects': {
    path: {
      id: string;
    };
    answer: {
      items: {
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * List who changed definitions
   */
  'GET /data/foundation/audit/events': {
    query: {
      limit?: string;
      start?: string;
      queryId?: string;
    };
    answer: {
      _embedded: {
        events: {
          [k: string]: unknown;
        }[];
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * List kinds of resources
   */
  'GET /data/foundation/catalog': {
    answer: {
      [k: string]: string;
    };
  };
  /**
   * List datasets
   */
  'GET /data/foundation/catalog/dataSets': {
    query: {
      limit?: string;
      start?: string;
      name?: string;
      properties?: string;
      orderBy?: string;
    };
    answer: {
      [k: string]: {
        name?: string;
        tags?: {
          [k: string]: string[];
        };
        classification?: {
          dataBehavior: 'record' | 'time-series';
          [k: string]: unknown;
        };
        schemaRef?: {
          id: string;
          [k: string]: unknown;
        };
        [k: string]: unknown;
      };
    };
  };
  /**
   * Create a dataset
   */
  'POST /data/foundation/catalog/dataSets': {
    body: {
      name: string;
      description?: string;
      schemaRef: {
        id: string;
        contentType?: string;
      };
      tags?: {
        unifiedProfile?: string[];
        unifiedIdentity?: string[];
      };
      extensions?: {
        adobe_lakeHouse?: {
          rowExpiration?: {
            ttlValue: string;
          };
        };
      };
    };
    answer: string[];
  };
  /**
   * Show a dataset
   */
  'GET /data/foundation/catalog/dataSets/{id}': {
    path: {
      id: string;
    };
    query: {
      properties?: string;
    };
    answer: {
      [k: string]: {
        name?: string;
        tags?: {
          [k: string]: string[];
        };
        classification?: {
          dataBehavior: 'record' | 'time-series';
          [k: string]: unknown;
        };
        schemaRef?: {
          id: string;
          [k: string]: unknown;
        };
        [k: string]: unknown;
      };
    };
  };
  /**
   * Replace a dataset
   */
  'PUT /data/foundation/catalog/dataSets/{id}': {
    path: {
      id: string;
    };
    body: {
      name: string;
      description?: string;
      schemaRef: {
        id: string;
        contentType?: string;
      };
      tags?: {
        unifiedProfile?: string[];
        unifiedIdentity?: string[];
      };
      extensions?: {
        adobe_lakeHouse?: {
          rowExpiration?: {
            ttlValue: string;
          };
        };
      };
    };
    answer: string[];
  };
  /**
   * Change a dataset: enable it for Profile, among others
   */
  'PATCH /data/foundation/catalog/dataSets/{id}': {
    path: {
      id: string;
    };
    body:
      | {
          op: string;
          path: string;
          from?: string;
          value?: unknown;
          [k: string]: unknown;
        }[]
      | {
          [k: string]: unknown;
        };
    answer: string[];
  };
  /**
   * Remove a dataset
   */
  'DELETE /data/foundation/catalog/dataSets/{id}': {
    path: {
      id: string;
    };
    answer: string[];
  };
  /**
   * Show the view of a dataset
   */
  'GET /data/foundation/catalog/dataSets/{id}/views': {
    path: {
      id: string;
    };
    answer: {
      [k: string]: {
        [k: string]: unknown;
      };
    };
  };
  /**
   * Show the view of a dataset
   */
  'GET /data/foundation/catalog/dataSets/{id}/views/{viewId}': {
    path: {
      id: string;
      viewId: string;
    };
    answer: {
      [k: string]: {
        [k: string]: unknown;
      };
    };
  };
  /**
   * Show the last batch of each dataset
   */
  'GET /data/foundation/catalog/lastBatches': {
    query: {
      dataSetId?: string;
      limit?: string;
    };
    answer: {
      [k: string]: {
        lastBatchId: string;
        lastBatchStatus: 'processing' | 'success' | 'failed' | 'ignored' | 'reverting' | 'inactive';
        imsOrg: string;
        sandboxId: string;
        created: number;
        updated: number;
      };
    };
  };
  /**
   * Change a dataset: enable it for Profile, among others
   */
  'PATCH /data/foundation/catalog/v2/dataSets/{id}': {
    path: {
      id: string;
    };
    body:
      | {
          op: string;
          path: string;
          from?: string;
          value?: unknown;
          [k: string]: unknown;
        }[]
      | {
          [k: string]: unknown;
        };
    answer: string[];
  };
  /**
   * List functions of expressions
   */
  'GET /data/foundation/conversion/languages/el/functions': {
    answer: {
      function: string;
      [k: string]: unknown;
    }[];
  };
  /**
   * List operators of expressions
   */
  'GET /data/foundation/conversion/languages/el/operators': {
    answer: {
      operatorSymbol: string;
      [k: string]: unknown;
    }[];
  };
  /**
   * Check whether an expression can be read
   */
  'POST /data/foundation/conversion/languages/el/validate': {
    body: {
      expression: string;
      [k: string]: unknown;
    };
    answer: boolean;
  };
  /**
   * List mappings of datasets
   */
  'GET /data/foundation/conversion/mappingSets': {
    query: {
      name?: string;
      limit?: string;
      start?: string;
    };
    answer: {
      data: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Show the mapping of a dataset
   */
  'GET /data/foundation/conversion/mappingSets/{id}': {
    path: {
      id: string;
    };
    answer: {
      id: string;
      mappings: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * List the rules of a mapping
   */
  'GET /data/foundation/conversion/mappingSets/{id}/mappings': {
    path: {
      id: string;
    };
    answer: {
      data: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Show a rule of a mapping
   */
  'GET /data/foundation/conversion/mappingSets/{id}/mappings/{mappingId}': {
    path: {
      id: string;
      mappingId: string;
    };
    answer: {
      id: string;
      [k: string]: unknown;
    };
  };
  /**
   * Show the labels of a dataset
   */
  'GET /data/foundation/dataset/datasets/{id}/labels': {
    path: {
      id: string;
    };
    answer: {
      labels: string[][];
      optionalLabels: {
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Replace the labels of a dataset
   */
  'PUT /data/foundation/dataset/datasets/{id}/labels': {
    path: {
      id: string;
    };
    body: {
      labels?: (string | string[])[];
      optionalLabels?: {
        option: {
          schemaPath: string;
          [k: string]: unknown;
        };
        labels: string[];
      }[];
    };
    answer: {
      labels: string[][];
      optionalLabels: {
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Replace the labels of a dataset
   */
  'POST /data/foundation/dataset/datasets/{id}/labels': {
    path: {
      id: string;
    };
    body: {
      labels?: (string | string[])[];
      optionalLabels?: {
        option: {
          schemaPath: string;
          [k: string]: unknown;
        };
        labels: string[];
      }[];
    };
    answer: {
      labels: string[][];
      optionalLabels: {
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Evaluate several marketing actions
   */
  'POST /data/foundation/dulepolicy/bulk-eval': {
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: {
      evalRef: string;
      includeDraft?: boolean;
      labels?: string[];
      /**
       * @minItems 1
       * @maxItems 100
       */
      entityList?: {
        entityType: string;
        entityId: string;
        entityMeta?: {
          fields?: string[];
          [k: string]: unknown;
        };
        [k: string]: unknown;
      }[];
    }[];
    answer: {
      status: number;
      [k: string]: unknown;
    }[];
  };
  /**
   * List the core policies that are on
   */
  'GET /data/foundation/dulepolicy/enabledCorePolicies': {
    answer: {
      policyIds: string[];
      [k: string]: unknown;
    };
  };
  /**
   * Switch core policies on and off
   */
  'PUT /data/foundation/dulepolicy/enabledCorePolicies': {
    body:
      | string[]
      | {
          /**
           * @maxItems 100
           */
          policyIds: string[];
        };
    answer: {
      policyIds: string[];
      [k: string]: unknown;
    };
  };
  /**
   * Create or replace a label of your own
   */
  'PUT /data/foundation/dulepolicy/labels/custom/{name}': {
    path: {
      name: string;
    };
    body: {
      name?: string;
      category?: string;
      friendlyName?: string;
      description?: string;
    };
    answer: {
      name: string;
      category: string;
      [k: string]: unknown;
    };
  };
  /**
   * List labels
   */
  'GET /data/foundation/dulepolicy/labels/{kind}': {
    path: {
      kind: string;
    };
    query: {
      limit?: string;
      start?: string;
    };
    answer: {
      _page: {
        count: number;
        [k: string]: unknown;
      };
      children: {
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Show a label
   */
  'GET /data/foundation/dulepolicy/labels/{kind}/{name}': {
    path: {
      kind: string;
      name: string;
    };
    answer: {
      name: string;
      category: string;
      [k: string]: unknown;
    };
  };
  /**
   * List marketing actions
   */
  'GET /data/foundation/dulepolicy/marketingActions/{kind}': {
    path: {
      kind: string;
    };
    query: {
      limit?: string;
      start?: string;
    };
    answer: {
      _page: {
        count: number;
        [k: string]: unknown;
      };
      children: {
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Show a marketing action
   */
  'GET /data/foundation/dulepolicy/marketingActions/{kind}/{name}': {
    path: {
      kind: string;
      name: string;
    };
    answer: {
      name: string;
      [k: string]: unknown;
    };
  };
  /**
   * Evaluate a marketing action with labels
   */
  'GET /data/foundation/dulepolicy/marketingActions/{kind}/{name}/constraints': {
    path: {
      kind: string;
      name: string;
    };
    query: {
      duleLabels?: string;
      includeDraft?: string;
    };
    answer: {
      duleLabels: string[];
      violatedPolicies: {
        id: string;
        name: string;
        status: string;
        marketingActionRefs: string[];
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Evaluate a marketing action with datasets
   */
  'POST /data/foundation/dulepolicy/marketingActions/{kind}/{name}/constraints': {
    path: {
      kind: string;
      name: string;
    };
    query: {
      duleLabels?: string;
      includeDraft?: string;
    };
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: {
      entityType: string;
      entityId: string;
      entityMeta?: {
        fields?: string[];
        [k: string]: unknown;
      };
      [k: string]: unknown;
    }[];
    answer: {
      duleLabels: string[];
      violatedPolicies: {
        id: string;
        name: string;
        status: string;
        marketingActionRefs: string[];
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Create a policy
   */
  'POST /data/foundation/dulepolicy/policies/custom': {
    body: {
      name: string;
      description?: string;
      status?: 'ENABLED' | 'DISABLED' | 'DRAFT';
      /**
       * @minItems 1
       * @maxItems 100
       */
      marketingActionRefs: string[];
      deny: unknown;
    };
    answer: {
      id: string;
      name: string;
      status: string;
      marketingActionRefs: string[];
      [k: string]: unknown;
    };
  };
  /**
   * Replace a policy
   */
  'PUT /data/foundation/dulepolicy/policies/custom/{id}': {
    path: {
      id: string;
    };
    body: {
      name: string;
      description?: string;
      status?: 'ENABLED' | 'DISABLED' | 'DRAFT';
      /**
       * @minItems 1
       * @maxItems 100
       */
      marketingActionRefs: string[];
      deny: unknown;
    };
    answer: {
      id: string;
      name: string;
      status: string;
      marketingActionRefs: string[];
      [k: string]: unknown;
    };
  };
  /**
   * Change a policy
   */
  'PATCH /data/foundation/dulepolicy/policies/custom/{id}': {
    path: {
      id: string;
    };
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: {
      op: string;
      path: string;
      from?: string;
      value?: unknown;
      [k: string]: unknown;
    }[];
    answer: {
      id: string;
      name: string;
      status: string;
      marketingActionRefs: string[];
      [k: string]: unknown;
    };
  };
  /**
   * Delete a policy
   */
  'DELETE /data/foundation/dulepolicy/policies/custom/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * List policies
   */
  'GET /data/foundation/dulepolicy/policies/{kind}': {
    path: {
      kind: string;
    };
    query: {
      limit?: string;
      start?: string;
    };
    answer: {
      _page: {
        count: number;
        [k: string]: unknown;
      };
      children: {
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Show a policy
   */
  'GET /data/foundation/dulepolicy/policies/{kind}/{id}': {
    path: {
      kind: string;
      id: string;
    };
    answer: {
      id: string;
      name: string;
      status: string;
      marketingActionRefs: string[];
      [k: string]: unknown;
    };
  };
  /**
   * List what connections can be of
   */
  'GET /data/foundation/flowservice/connectionSpecs': {
    query: {
      limit?: string;
      continuationToken?: string;
      count?: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Show what a connection can be of
   */
  'GET /data/foundation/flowservice/connectionSpecs/{id}': {
    path: {
      id: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * List base connections
   */
  'GET /data/foundation/flowservice/connections': {
    query: {
      limit?: string;
      continuationToken?: string;
      count?: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Create a source connection that records stream in by, or begin to set up a destination
   */
  'POST /data/foundation/flowservice/connections': {
    body: {
      name: string;
      description?: string;
      connectionSpec: {
        id: string;
        [k: string]: unknown;
      };
      auth?: {
        params: {
          sourceId?: string;
          dataType?: string;
          name?: string;
          authenticationRequired?: boolean;
          [k: string]: unknown;
        };
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
    answer: {
      id: string;
      etag: string;
      [k: string]: unknown;
    };
  };
  /**
   * Show one of the base connections
   */
  'GET /data/foundation/flowservice/connections/{id}': {
    path: {
      id: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Change one of the base connections
   */
  'PATCH /data/foundation/flowservice/connections/{id}': {
    path: {
      id: string;
    };
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: {
      op: string;
      path: string;
      from?: string;
      value?: unknown;
      [k: string]: unknown;
    }[];
    answer: {
      id: string;
      etag: string;
      [k: string]: unknown;
    };
  };
  /**
   * Delete one of the base connections
   */
  'DELETE /data/foundation/flowservice/connections/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * Test a connection
   */
  'GET /data/foundation/flowservice/connections/{id}/test': {
    path: {
      id: string;
    };
    answer: {
      connectionTest: string;
      [k: string]: unknown;
    };
  };
  /**
   * List kinds of flows
   */
  'GET /data/foundation/flowservice/flowSpecs': {
    query: {
      limit?: string;
      continuationToken?: string;
      count?: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Show a kind of flows
   */
  'GET /data/foundation/flowservice/flowSpecs/{id}': {
    path: {
      id: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * List flows
   */
  'GET /data/foundation/flowservice/flows': {
    query: {
      limit?: string;
      continuationToken?: string;
      count?: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Switch a destination on, with the audiences that are sent
   */
  'POST /data/foundation/flowservice/flows': {
    body: {
      name?: string;
      /**
       * @minItems 1
       */
      sourceConnectionIds: string[];
      /**
       * @minItems 1
       * @maxItems 1
       */
      targetConnectionIds: never[];
      transformations?: {
        params?: {
          segmentSelectors?: {
            selectors: {
              value: {
                id: string;
                [k: string]: unknown;
              };
              [k: string]: unknown;
            }[];
            [k: string]: unknown;
          };
          [k: string]: unknown;
        };
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
    answer: {
      id: string;
      etag: string;
      [k: string]: unknown;
    };
  };
  /**
   * Show one of the flows
   */
  'GET /data/foundation/flowservice/flows/{id}': {
    path: {
      id: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Change one of the flows
   */
  'PATCH /data/foundation/flowservice/flows/{id}': {
    path: {
      id: string;
    };
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: {
      op: string;
      path: string;
      from?: string;
      value?: unknown;
      [k: string]: unknown;
    }[];
    answer: {
      id: string;
      etag: string;
      [k: string]: unknown;
    };
  };
  /**
   * Delete one of the flows
   */
  'DELETE /data/foundation/flowservice/flows/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * Enable or disable a flow
   */
  'POST /data/foundation/flowservice/flows/{id}/action': {
    path: {
      id: string;
    };
    query: {
      op: 'enable' | 'disable';
    };
    answer: {
      id: string;
      etag: string;
      [k: string]: unknown;
    };
  };
  /**
   * List what flowed to destinations, by hour
   */
  'GET /data/foundation/flowservice/runs': {
    query: {
      limit?: string;
      continuationToken?: string;
      count?: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Show what flowed in an hour
   */
  'GET /data/foundation/flowservice/runs/{id}': {
    path: {
      id: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * List source connections
   */
  'GET /data/foundation/flowservice/sourceConnections': {
    query: {
      limit?: string;
      continuationToken?: string;
      count?: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Name profiles as what a destination is sent
   */
  'POST /data/foundation/flowservice/sourceConnections': {
    body: {
      name?: string;
      connectionSpec: {
        id: string;
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
    answer: {
      id: string;
      etag: string;
      [k: string]: unknown;
    };
  };
  /**
   * Show one of the source connections
   */
  'GET /data/foundation/flowservice/sourceConnections/{id}': {
    path: {
      id: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Change one of the source connections
   */
  'PATCH /data/foundation/flowservice/sourceConnections/{id}': {
    path: {
      id: string;
    };
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: {
      op: string;
      path: string;
      from?: string;
      value?: unknown;
      [k: string]: unknown;
    }[];
    answer: {
      id: string;
      etag: string;
      [k: string]: unknown;
    };
  };
  /**
   * Delete one of the source connections
   */
  'DELETE /data/foundation/flowservice/sourceConnections/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * List target connections
   */
  'GET /data/foundation/flowservice/targetConnections': {
    query: {
      limit?: string;
      continuationToken?: string;
      count?: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Give a destination that is being set up its settings
   */
  'POST /data/foundation/flowservice/targetConnections': {
    body: {
      name?: string;
      baseConnectionId: string;
      connectionSpec: {
        id: string;
        [k: string]: unknown;
      };
      params?: {
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
    answer: {
      id: string;
      etag: string;
      [k: string]: unknown;
    };
  };
  /**
   * Show one of the target connections
   */
  'GET /data/foundation/flowservice/targetConnections/{id}': {
    path: {
      id: string;
    };
    answer: {
      items?: {
        id: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Change one of the target connections
   */
  'PATCH /data/foundation/flowservice/targetConnections/{id}': {
    path: {
      id: string;
    };
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: {
      op: string;
      path: string;
      from?: string;
      value?: unknown;
      [k: string]: unknown;
    }[];
    answer: {
      id: string;
      etag: string;
      [k: string]: unknown;
    };
  };
  /**
   * Delete one of the target connections
   */
  'DELETE /data/foundation/flowservice/targetConnections/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * List sandboxes that the caller may use
   */
  'GET /data/foundation/sandbox-management': {
    answer: {
      sandboxes: {
        name: string;
        state: string;
        type: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * List types of sandboxes
   */
  'GET /data/foundation/sandbox-management/sandboxTypes': {
    answer: {
      sandboxTypes: string[];
      [k: string]: unknown;
    };
  };
  /**
   * List sandboxes
   */
  'GET /data/foundation/sandbox-management/sandboxes': {
    answer: {
      sandboxes: {
        name: string;
        state: string;
        type: string;
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Show a sandbox
   */
  'GET /data/foundation/sandbox-management/sandboxes/{name}': {
    path: {
      name: string;
    };
    answer: {
      name: string;
      state: string;
      type: string;
      [k: string]: unknown;
    };
  };
  /**
   * List behaviors
   */
  'GET /data/foundation/schemaregistry/global/behaviors': {
    query: {
      start?: string;
      limit?: string;
      orderby?: string;
    };
    answer: {
      results: {
        [k: string]: unknown;
      }[];
      _page: {
        orderby: string;
        next: string | null;
        count: number;
        [k: string]: unknown;
      };
      _links: {
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Show a behavior
   */
  'GET /data/foundation/schemaregistry/global/behaviors/{id}': {
    path: {
      id: string;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * List who changed a resource
   */
  'GET /data/foundation/schemaregistry/rpc/auditlog/{id}': {
    path: {
      id: string;
    };
    answer: {
      [k: string]: unknown;
    }[];
  };
  /**
   * Import what was exported
   */
  'POST /data/foundation/schemaregistry/rpc/export': {
    /**
     * @minItems 1
     * @maxItems 200
     */
    body: {
      $id?: string;
      title: string;
      description?: string;
      type?: 'object';
      properties?: {
        [k: string]: unknown;
      };
      definitions?: {
        [k: string]: unknown;
      };
      allOf?: {
        $ref?: string;
        [k: string]: unknown;
      }[];
      'meta:intendedToExtend'?: string[];
      'meta:class'?: string;
      [k: string]: unknown;
    }[];
    answer: {
      [k: string]: unknown;
    }[];
  };
  /**
   * Export a resource with those that it refers to
   */
  'GET /data/foundation/schemaregistry/rpc/export/{id}': {
    path: {
      id: string;
    };
    answer: {
      [k: string]: unknown;
    }[];
  };
  /**
   * Import what was exported
   */
  'POST /data/foundation/schemaregistry/rpc/import': {
    /**
     * @minItems 1
     * @maxItems 200
     */
    body: {
      $id?: string;
      title: string;
      description?: string;
      type?: 'object';
      properties?: {
        [k: string]: unknown;
      };
      definitions?: {
        [k: string]: unknown;
      };
      allOf?: {
        $ref?: string;
        [k: string]: unknown;
      }[];
      'meta:intendedToExtend'?: string[];
      'meta:class'?: string;
      [k: string]: unknown;
    }[];
    answer: {
      [k: string]: unknown;
    }[];
  };
  /**
   * Show a record that a schema allows
   */
  'GET /data/foundation/schemaregistry/rpc/sampledata/{id}': {
    path: {
      id: string;
    };
    answer: {
      [k: string]: unknown;
    };
  };
  /**
   * Show the tenant and how many resources it has
   */
  'GET /data/foundation/schemaregistry/stats': {
    answer: {
      tenantId: string;
      counts: {
        [k: string]: number;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Create one of the classes
   */
  'POST /data/foundation/schemaregistry/tenant/classes': {
    body: {
      $id?: string;
      title: string;
      description?: string;
      type?: 'object';
      properties?: {
        [k: string]: unknown;
      };
      definitions?: {
        [k: string]: unknown;
      };
      allOf?: {
        $ref?: string;
        [k: string]: unknown;
      }[];
      'meta:intendedToExtend'?: string[];
      [k: string]: unknown;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Replace one of the classes
   */
  'PUT /data/foundation/schemaregistry/tenant/classes/{id}': {
    path: {
      id: string;
    };
    body: {
      $id?: string;
      title: string;
      description?: string;
      type?: 'object';
      properties?: {
        [k: string]: unknown;
      };
      definitions?: {
        [k: string]: unknown;
      };
      allOf?: {
        $ref?: string;
        [k: string]: unknown;
      }[];
      'meta:intendedToExtend'?: string[];
      [k: string]: unknown;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Change one of the classes
   */
  'PATCH /data/foundation/schemaregistry/tenant/classes/{id}': {
    path: {
      id: string;
    };
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: {
      op: string;
      path: string;
      from?: string;
      value?: unknown;
      [k: string]: unknown;
    }[];
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Delete one of the classes
   */
  'DELETE /data/foundation/schemaregistry/tenant/classes/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * Create one of the datatypes
   */
  'POST /data/foundation/schemaregistry/tenant/datatypes': {
    body: {
      $id?: string;
      title: string;
      description?: string;
      type?: 'object';
      properties?: {
        [k: string]: unknown;
      };
      definitions?: {
        [k: string]: unknown;
      };
      allOf?: {
        $ref?: string;
        [k: string]: unknown;
      }[];
      'meta:intendedToExtend'?: string[];
      [k: string]: unknown;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Replace one of the datatypes
   */
  'PUT /data/foundation/schemaregistry/tenant/datatypes/{id}': {
    path: {
      id: string;
    };
    body: {
      $id?: string;
      title: string;
      description?: string;
      type?: 'object';
      properties?: {
        [k: string]: unknown;
      };
      definitions?: {
        [k: string]: unknown;
      };
      allOf?: {
        $ref?: string;
        [k: string]: unknown;
      }[];
      'meta:intendedToExtend'?: string[];
      [k: string]: unknown;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Change one of the datatypes
   */
  'PATCH /data/foundation/schemaregistry/tenant/datatypes/{id}': {
    path: {
      id: string;
    };
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: {
      op: string;
      path: string;
      from?: string;
      value?: unknown;
      [k: string]: unknown;
    }[];
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Delete one of the datatypes
   */
  'DELETE /data/foundation/schemaregistry/tenant/datatypes/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * Create a descriptor
   */
  'POST /data/foundation/schemaregistry/tenant/descriptors': {
    body: {
      '@type': string;
      'xdm:sourceSchema': string;
      [k: string]: unknown;
    };
    answer: {
      '@type': string;
      'xdm:sourceSchema': string;
      [k: string]: unknown;
    };
  };
  /**
   * Replace a descriptor
   */
  'PUT /data/foundation/schemaregistry/tenant/descriptors/{id}': {
    path: {
      id: string;
    };
    body: {
      '@type': string;
      'xdm:sourceSchema': string;
      [k: string]: unknown;
    };
    answer: {
      '@type': string;
      'xdm:sourceSchema': string;
      [k: string]: unknown;
    };
  };
  /**
   * Delete a descriptor
   */
  'DELETE /data/foundation/schemaregistry/tenant/descriptors/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * Create one of the fieldgroups
   */
  'POST /data/foundation/schemaregistry/tenant/fieldgroups': {
    body: {
      $id?: string;
      title: string;
      description?: string;
      type?: 'object';
      properties?: {
        [k: string]: unknown;
      };
      definitions?: {
        [k: string]: unknown;
      };
      allOf?: {
        $ref?: string;
        [k: string]: unknown;
      }[];
      'meta:intendedToExtend'?: string[];
      [k: string]: unknown;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Replace one of the fieldgroups
   */
  'PUT /data/foundation/schemaregistry/tenant/fieldgroups/{id}': {
    path: {
      id: string;
    };
    body: {
      $id?: string;
      title: string;
      description?: string;
      type?: 'object';
      properties?: {
        [k: string]: unknown;
      };
      definitions?: {
        [k: string]: unknown;
      };
      allOf?: {
        $ref?: string;
        [k: string]: unknown;
      }[];
      'meta:intendedToExtend'?: string[];
      [k: string]: unknown;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Change one of the fieldgroups
   */
  'PATCH /data/foundation/schemaregistry/tenant/fieldgroups/{id}': {
    path: {
      id: string;
    };
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: {
      op: string;
      path: string;
      from?: string;
      value?: unknown;
      [k: string]: unknown;
    }[];
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Delete one of the fieldgroups
   */
  'DELETE /data/foundation/schemaregistry/tenant/fieldgroups/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * Create one of the mixins
   */
  'POST /data/foundation/schemaregistry/tenant/mixins': {
    body: {
      $id?: string;
      title: string;
      description?: string;
      type?: 'object';
      properties?: {
        [k: string]: unknown;
      };
      definitions?: {
        [k: string]: unknown;
      };
      allOf?: {
        $ref?: string;
        [k: string]: unknown;
      }[];
      'meta:intendedToExtend'?: string[];
      [k: string]: unknown;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Replace one of the mixins
   */
  'PUT /data/foundation/schemaregistry/tenant/mixins/{id}': {
    path: {
      id: string;
    };
    body: {
      $id?: string;
      title: string;
      description?: string;
      type?: 'object';
      properties?: {
        [k: string]: unknown;
      };
      definitions?: {
        [k: string]: unknown;
      };
      allOf?: {
        $ref?: string;
        [k: string]: unknown;
      }[];
      'meta:intendedToExtend'?: string[];
      [k: string]: unknown;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Change one of the mixins
   */
  'PATCH /data/foundation/schemaregistry/tenant/mixins/{id}': {
    path: {
      id: string;
    };
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: {
      op: string;
      path: string;
      from?: string;
      value?: unknown;
      [k: string]: unknown;
    }[];
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Delete one of the mixins
   */
  'DELETE /data/foundation/schemaregistry/tenant/mixins/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * Create one of the schemas
   */
  'POST /data/foundation/schemaregistry/tenant/schemas': {
    body: {
      $id?: string;
      title: string;
      description?: string;
      type?: 'object';
      properties?: {
        [k: string]: unknown;
      };
      definitions?: {
        [k: string]: unknown;
      };
      allOf?: {
        $ref?: string;
        [k: string]: unknown;
      }[];
      'meta:intendedToExtend'?: string[];
      'meta:class'?: string;
      [k: string]: unknown;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Replace one of the schemas
   */
  'PUT /data/foundation/schemaregistry/tenant/schemas/{id}': {
    path: {
      id: string;
    };
    body: {
      $id?: string;
      title: string;
      description?: string;
      type?: 'object';
      properties?: {
        [k: string]: unknown;
      };
      definitions?: {
        [k: string]: unknown;
      };
      allOf?: {
        $ref?: string;
        [k: string]: unknown;
      }[];
      'meta:intendedToExtend'?: string[];
      'meta:class'?: string;
      [k: string]: unknown;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Change one of the schemas
   */
  'PATCH /data/foundation/schemaregistry/tenant/schemas/{id}': {
    path: {
      id: string;
    };
    /**
     * @minItems 1
     * @maxItems 100
     */
    body: {
      op: string;
      path: string;
      from?: string;
      value?: unknown;
      [k: string]: unknown;
    }[];
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Delete one of the schemas
   */
  'DELETE /data/foundation/schemaregistry/tenant/schemas/{id}': {
    path: {
      id: string;
    };
  };
  /**
   * List classes
   */
  'GET /data/foundation/schemaregistry/{container}/classes': {
    path: {
      container: string;
    };
    query: {
      start?: string;
      limit?: string;
      orderby?: string;
    };
    answer: {
      results: {
        [k: string]: unknown;
      }[];
      _page: {
        orderby: string;
        next: string | null;
        count: number;
        [k: string]: unknown;
      };
      _links: {
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Show one of the classes
   */
  'GET /data/foundation/schemaregistry/{container}/classes/{id}': {
    path: {
      container: string;
      id: string;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * List datatypes
   */
  'GET /data/foundation/schemaregistry/{container}/datatypes': {
    path: {
      container: string;
    };
    query: {
      start?: string;
      limit?: string;
      orderby?: string;
    };
    answer: {
      results: {
        [k: string]: unknown;
      }[];
      _page: {
        orderby: string;
        next: string | null;
        count: number;
        [k: string]: unknown;
      };
      _links: {
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Show one of the datatypes
   */
  'GET /data/foundation/schemaregistry/{container}/datatypes/{id}': {
    path: {
      container: string;
      id: string;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * List descriptors
   */
  'GET /data/foundation/schemaregistry/{container}/descriptors': {
    path: {
      container: string;
    };
    query: {
      start?: string;
      limit?: string;
      orderby?: string;
    };
    answer: {
      [k: string]: unknown;
    };
  };
  /**
   * Show a descriptor
   */
  'GET /data/foundation/schemaregistry/{container}/descriptors/{id}': {
    path: {
      container: string;
      id: string;
    };
    answer: {
      '@type': string;
      'xdm:sourceSchema': string;
      [k: string]: unknown;
    };
  };
  /**
   * List fieldgroups
   */
  'GET /data/foundation/schemaregistry/{container}/fieldgroups': {
    path: {
      container: string;
    };
    query: {
      start?: string;
      limit?: string;
      orderby?: string;
    };
    answer: {
      results: {
        [k: string]: unknown;
      }[];
      _page: {
        orderby: string;
        next: string | null;
        count: number;
        [k: string]: unknown;
      };
      _links: {
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Show one of the fieldgroups
   */
  'GET /data/foundation/schemaregistry/{container}/fieldgroups/{id}': {
    path: {
      container: string;
      id: string;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * List mixins
   */
  'GET /data/foundation/schemaregistry/{container}/mixins': {
    path: {
      container: string;
    };
    query: {
      start?: string;
      limit?: string;
      orderby?: string;
    };
    answer: {
      results: {
        [k: string]: unknown;
      }[];
      _page: {
        orderby: string;
        next: string | null;
        count: number;
        [k: string]: unknown;
      };
      _links: {
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Show one of the mixins
   */
  'GET /data/foundation/schemaregistry/{container}/mixins/{id}': {
    path: {
      container: string;
      id: string;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * List schemas
   */
  'GET /data/foundation/schemaregistry/{container}/schemas': {
    path: {
      container: string;
    };
    query: {
      start?: string;
      limit?: string;
      orderby?: string;
    };
    answer: {
      results: {
        [k: string]: unknown;
      }[];
      _page: {
        orderby: string;
        next: string | null;
        count: number;
        [k: string]: unknown;
      };
      _links: {
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Show one of the schemas
   */
  'GET /data/foundation/schemaregistry/{container}/schemas/{id}': {
    path: {
      container: string;
      id: string;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * List the unions of all schemas of a class
   */
  'GET /data/foundation/schemaregistry/{container}/unions': {
    path: {
      container: string;
    };
    query: {
      start?: string;
      limit?: string;
      orderby?: string;
    };
    answer: {
      results: {
        [k: string]: unknown;
      }[];
      _page: {
        orderby: string;
        next: string | null;
        count: number;
        [k: string]: unknown;
      };
      _links: {
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Show the union of all schemas of a class
   */
  'GET /data/foundation/schemaregistry/{container}/unions/{id}': {
    path: {
      container: string;
      id: string;
    };
    answer: {
      $id: string;
      'meta:altId': string;
      title: string;
      version: string;
      [k: string]: unknown;
    };
  };
  /**
   * Count records and batches by hour or day
   */
  'POST /data/infrastructure/observability/insights/metrics': {
    body: {
      start: string;
      end: string;
      granularity: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      metrics: {
        name: string;
        filters?: {
          name: string;
          value: string;
          groupBy?: boolean;
          [k: string]: unknown;
        }[];
        aggregator?: string;
        [k: string]: unknown;
      }[];
    };
    answer: {
      metricResponses: {
        metric: string;
        filters: {
          [k: string]: unknown;
        }[];
        granularity: 'HOUR' | 'DAY';
        datapoints: {
          groupBy: {
            dataSetId?: string;
          };
          dps: {
            [k: string]: number;
          };
        }[];
      }[];
    };
  };
  /**
   * Describe this host in the form of OpenAPI 3.1
   */
  'GET /openapi.json': {};
  /**
   * List changes that wait for a second person, and what became of those of late
   */
  'GET /tributary/approvals': {
    answer: {
      approvals: {
        id: string;
        status: 'waiting' | 'made' | 'expired';
        scope: string;
        summary: string;
        askedBy: {
          id: string;
          name: string;
          kind: string;
          [k: string]: unknown;
        };
        askedAt: string;
        approvedBy?: {
          id: string;
          name: string;
          kind: string;
          [k: string]: unknown;
        };
        approvedAt?: string;
        [k: string]: unknown;
      }[];
    };
  };
  /**
   * Show a change that waits for a second person, with the definitions as they shall be
   */
  'GET /tributary/approvals/{id}': {
    path: {
      id: string;
    };
    answer: {
      id: string;
      status: 'waiting' | 'made' | 'expired';
      scope: string;
      summary: string;
      askedBy: {
        id: string;
        name: string;
        kind: string;
        [k: string]: unknown;
      };
      askedAt: string;
      approvedBy?: {
        id: string;
        name: string;
        kind: string;
        [k: string]: unknown;
      };
      approvedAt?: string;
      comment: string;
      changes: {
        kind: string;
        name: string;
        value: {
          [k: string]: unknown;
        } | null;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Approve what somebody else has asked for, and make it
   */
  'POST /tributary/approvals/{id}/approve': {
    path: {
      id: string;
    };
    answer: {
      version: string;
      warnings: {
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * List audiences with method and why, what they hang on, and who changed them last
   */
  'GET /tributary/audiences': {
    answer: {
      version: string;
      audiences: {
        id: string;
        name: string;
        description?: string;
        state: 'draft' | 'active' | 'paused' | 'archived';
        rule: string;
        mergePolicyId?: string;
        plan?: {
          method: 'edge' | 'streaming' | 'batch';
          reasons: string[];
          latency: string;
          timedChanges: string;
        };
        needsRepair?: string;
        dependencies: string[];
        dependents: string[];
        destinations: {
          id: string;
          name: string;
          enabled: boolean;
        }[];
        activities: {
          id: string;
          name: string;
        }[];
        changed?: {
          at: string;
          by?: string;
          comment?: string;
        };
      }[];
    };
  };
  /**
   * Check a rule, and estimate whom it would select as a whole and by its parts
   */
  'POST /tributary/audiences/rules/check': {
    body: {
      pql: string;
      mergePolicyId?: string;
    };
    answer: {
      problems: {
        message: string;
        line: number;
        column: number;
        expected?: string;
        hint?: string;
      }[];
      doubts: {
        message: string;
        line: number;
        column: number;
        expected?: string;
        hint?: string;
      }[];
      asOf?: string;
      estimate?: {
        count: number;
        low: number;
        high: number;
        sampled: number;
        total: number;
        confidence: number;
      };
      optedOut?: {
        count: number;
        low: number;
        high: number;
        sampled: number;
        total: number;
        confidence: number;
      };
      plan?: {
        method: 'edge' | 'streaming' | 'batch';
        reasons: string[];
        latency: string;
        timedChanges: string;
      };
      parts?: {
        method: 'edge' | 'streaming' | 'batch';
        reasons: string[];
        latency: string;
        timedChanges: string;
        text: string;
        estimate: {
          count: number;
          low: number;
          high: number;
          sampled: number;
          total: number;
          confidence: number;
        };
      }[];
      destinations?: {
        id: string;
        name: string;
        violations: {
          policy: string;
          name: string;
          labels: string[];
          marketingActions: string[];
        }[];
      }[];
    };
  };
  /**
   * List the fields that rules may read
   */
  'GET /tributary/audiences/rules/fields': {
    answer: {
      fields: {
        of: 'profile' | 'event';
        path: string[];
        title?: string;
        types: string[];
        isList: boolean;
        format?: string;
        values?: {
          value: string | number;
          title?: string;
        }[];
      }[];
    };
  };
  /**
   * Show an audience with its definition
   */
  'GET /tributary/audiences/{id}': {
    path: {
      id: string;
    };
    answer: {
      id: string;
      name: string;
      description?: string;
      state: 'draft' | 'active' | 'paused' | 'archived';
      rule: string;
      mergePolicyId?: string;
      plan?: {
        method: 'edge' | 'streaming' | 'batch';
        reasons: string[];
        latency: string;
        timedChanges: string;
      };
      needsRepair?: string;
      dependencies: string[];
      dependents: string[];
      destinations: {
        id: string;
        name: string;
        enabled: boolean;
      }[];
      activities: {
        id: string;
        name: string;
      }[];
      changed?: {
        at: string;
        by?: string;
        comment?: string;
      };
      version: string;
      definition: {
        [k: string]: unknown;
      };
    };
  };
  /**
   * List what an audience was, by whom and why, newest first
   */
  'GET /tributary/audiences/{id}/history': {
    path: {
      id: string;
    };
    answer: {
      versions: {
        version: string;
        at: string;
        by?: string;
        comment?: string;
        change: 'added' | 'changed' | 'removed';
        definition?: {
          [k: string]: unknown;
        };
      }[];
      isComplete: boolean;
    };
  };
  /**
   * Show what the stage contains: profiles, audiences, records, destinations
   */
  'GET /tributary/counts': {
    answer: {
      asOf: string;
      completeSince: {
        profiles?: string;
        records?: string;
      };
      profiles: {
        all: number;
        known: number;
        anonymous: number;
      };
      audiences: {
        [k: string]: number;
      };
      destinations: {
        [k: string]: {
          members: {
            [k: string]: number;
          };
          exits: number;
          excluded: {
            [k: string]: number;
          };
          unsent: number;
          devices?: {
            [k: string]: {
              edge: {
                [k: string]: number;
              };
              hub: number;
            };
          };
        };
      };
      records: {
        [k: string]: {
          stream: {
            accepted: number;
            rejected: number;
            duplicate: number;
            rejections: {
              [k: string]: number;
            };
            withoutProfile: {
              [k: string]: number;
            };
            graphRejections: {
              [k: string]: number;
            };
            identitiesOmitted: {
              [k: string]: number;
            };
            valuesOmitted: {
              [k: string]: number;
            };
            repeatedHeaders?: number;
            amended?: number;
            timestampsBounded?: number;
          };
          batch: {
            accepted: number;
            rejected: number;
            duplicate: number;
            rejections: {
              [k: string]: number;
            };
            withoutProfile: {
              [k: string]: number;
            };
            graphRejections: {
              [k: string]: number;
            };
            identitiesOmitted: {
              [k: string]: number;
            };
            valuesOmitted: {
              [k: string]: number;
            };
            repeatedHeaders?: number;
            amended?: number;
            timestampsBounded?: number;
          };
          replay: {
            accepted: number;
            rejected: number;
            duplicate: number;
            rejections: {
              [k: string]: number;
            };
            withoutProfile: {
              [k: string]: number;
            };
            graphRejections: {
              [k: string]: number;
            };
            identitiesOmitted: {
              [k: string]: number;
            };
            valuesOmitted: {
              [k: string]: number;
            };
            repeatedHeaders?: number;
            amended?: number;
            timestampsBounded?: number;
          };
          batches: {
            [k: string]: number;
          };
        };
      };
    };
  };
  /**
   * Show how large all audiences are and were
   */
  'GET /tributary/counts/audiences': {
    query: {
      every?: 'hour' | 'day';
      from?: string;
      to?: string;
    };
    answer: {
      every: 'hour' | 'day';
      from: string;
      to: string;
      asOf: string;
      completeSince: {
        profiles?: string;
        records?: string;
      };
      times: string[];
      audiences: {
        [k: string]: {
          members: number;
          sizes: (number | null)[];
        };
      };
    };
  };
  /**
   * Show how large an audience is and was
   */
  'GET /tributary/counts/audiences/{id}': {
    path: {
      id: string;
    };
    query: {
      every?: 'hour' | 'day';
      from?: string;
      to?: string;
    };
    answer: {
      every: 'hour' | 'day';
      from: string;
      to: string;
      id: string;
      asOf: string;
      completeSince: {
        profiles?: string;
        records?: string;
      };
      members: number;
      sizes: {
        at: string;
        members: number;
      }[];
    };
  };
  /**
   * Show how many profiles and records there were, hour by hour or day by day
   */
  'GET /tributary/counts/history': {
    query: {
      every?: 'hour' | 'day';
      from?: string;
      to?: string;
      dataset?: string;
    };
    answer: {
      every: 'hour' | 'day';
      from: string;
      to: string;
      points: {
        asOf: string;
        profiles: {
          all: number;
          known: number;
          anonymous: number;
        };
        records: {
          stream: {
            accepted: number;
            rejected: number;
            duplicate: number;
          };
          batch: {
            accepted: number;
            rejected: number;
            duplicate: number;
          };
          replay: {
            accepted: number;
            rejected: number;
            duplicate: number;
          };
        };
      }[];
    };
  };
  /**
   * List the batches of the last 30 days, of all ingestion methods, newest first, as far as each has come
   */
  'GET /tributary/data/batches': {
    query: {
      dataset?: string;
      status?: string;
      start?: string;
      limit?: string;
    };
    answer: {
      batches: {
        id: string;
        status: string;
        dataset: string;
        file?: string;
        createdAt: string;
        transitions: {
          [k: string]: string;
        };
        chunks?: {
          all: number;
          validated: number;
          completed: number;
        };
        counts?: {
          accepted: number;
          rejected: number;
          duplicate: number;
          [k: string]: unknown;
        };
        validated?: {
          accepted: number;
          rejected: number;
          duplicate: number;
          [k: string]: unknown;
        };
        partialIngestionPercentage?: number;
        decision?: 'ingest' | 'reject';
        detected?: {
          [k: string]: string;
        };
        ignored?: string;
        reason?: {
          code: string;
          message: string;
          [k: string]: unknown;
        };
        [k: string]: unknown;
      }[];
      next?: number;
    };
  };
  /**
   * Show how far a batch has come: validation pass, decision, counts
   */
  'GET /tributary/data/batches/{id}': {
    path: {
      id: string;
    };
    answer: {
      id: string;
      status: string;
      dataset: string;
      file?: string;
      createdAt: string;
      transitions: {
        [k: string]: string;
      };
      chunks?: {
        all: number;
        validated: number;
        completed: number;
      };
      counts?: {
        accepted: number;
        rejected: number;
        duplicate: number;
        [k: string]: unknown;
      };
      validated?: {
        accepted: number;
        rejected: number;
        duplicate: number;
        [k: string]: unknown;
      };
      partialIngestionPercentage?: number;
      decision?: 'ingest' | 'reject';
      detected?: {
        [k: string]: string;
      };
      ignored?: string;
      reason?: {
        code: string;
        message: string;
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * List rejected records with the reasons, without their contents
   */
  'GET /tributary/data/rejected': {
    query: {
      dataset?: string;
      batch?: string;
      reason?:
        | 'malformed'
        | 'invalid-encoding'
        | 'too-large'
        | 'too-deep'
        | 'too-complex'
        | 'invalid-envelope'
        | 'unknown-dataset'
        | 'schema-mismatch'
        | 'schema-violation'
        | 'mapping-failed'
        | 'system-owned-field'
        | 'unknown-namespace'
        | 'unsupported-format'
        | 'wrong-format'
        | 'corrupt-file'
        | 'empty-file'
        | 'overwritten-before-read'
        | 'removed-before-read'
        | 'invalid-header'
        | 'ambiguous-format'
        | 'identity-suppressed'
        | 'batch-failed';
      source?: string;
      since?: string;
      until?: string;
      start?: string;
      limit?: string;
    };
    answer: {
      rejected: {
        reference: string;
        id: string;
        dataset: string;
        receivedAt: string;
        source: string;
        row?: number;
        format?: string;
        isWholeFile: boolean;
        rejections: {
          code: string;
          message: string;
          column?: string;
          pointer?: string;
          expected?: string;
          found?: string;
          [k: string]: unknown;
        }[];
        [k: string]: unknown;
      }[];
      next?: string;
    };
  };
  /**
   * Export rejected records to fix them: in `lines` a JSON object each
   */
  'GET /tributary/data/rejected/export': {
    query: {
      dataset?: string;
      batch?: string;
      reason?:
        | 'malformed'
        | 'invalid-encoding'
        | 'too-large'
        | 'too-deep'
        | 'too-complex'
        | 'invalid-envelope'
        | 'unknown-dataset'
        | 'schema-mismatch'
        | 'schema-violation'
        | 'mapping-failed'
        | 'system-owned-field'
        | 'unknown-namespace'
        | 'unsupported-format'
        | 'wrong-format'
        | 'corrupt-file'
        | 'empty-file'
        | 'overwritten-before-read'
        | 'removed-before-read'
        | 'invalid-header'
        | 'ambiguous-format'
        | 'identity-suppressed'
        | 'batch-failed';
      source?: string;
      since?: string;
      until?: string;
      start?: string;
      limit?: string;
    };
    answer: {
      lines: string;
      next?: string;
    };
  };
  /**
   * Count rejected records by reason and place
   */
  'GET /tributary/data/rejected/reasons': {
    query: {
      dataset?: string;
      batch?: string;
      reason?:
        | 'malformed'
        | 'invalid-encoding'
        | 'too-large'
        | 'too-deep'
        | 'too-complex'
        | 'invalid-envelope'
        | 'unknown-dataset'
        | 'schema-mismatch'
        | 'schema-violation'
        | 'mapping-failed'
        | 'system-owned-field'
        | 'unknown-namespace'
        | 'unsupported-format'
        | 'wrong-format'
        | 'corrupt-file'
        | 'empty-file'
        | 'overwritten-before-read'
        | 'removed-before-read'
        | 'invalid-header'
        | 'ambiguous-format'
        | 'identity-suppressed'
        | 'batch-failed';
      source?: string;
      since?: string;
      until?: string;
    };
    answer: {
      groups: {
        code: string;
        column?: string;
        pointer?: string;
        expected?: string;
        found?: string;
        records: number;
        [k: string]: unknown;
      }[];
      records: number;
      isWhole: boolean;
    };
  };
  /**
   * Ingest rejected records, corrected or as they are, in the place that each had
   */
  'POST /tributary/data/rejected/replay': {
    body: {
      /**
       * @minItems 1
       * @maxItems 100
       */
      records: {
        reference: string;
        raw?: string;
      }[];
    };
    answer: {
      accepted: number;
      duplicate: number;
      rejected: number;
      left: {
        reference: string;
        rejections: {
          code: string;
          message: string;
          column?: string;
          pointer?: string;
          expected?: string;
          found?: string;
          [k: string]: unknown;
        }[];
      }[];
      unknown: number;
    };
  };
  /**
   * Try rejected records, corrected or as they are, without ingesting them
   */
  'POST /tributary/data/rejected/validate': {
    body: {
      /**
       * @minItems 1
       * @maxItems 100
       */
      records: {
        reference: string;
        raw?: string;
      }[];
    };
    answer: {
      results: {
        reference: string;
        outcome: 'accepted' | 'rejected';
        rejections: {
          code: string;
          message: string;
          column?: string;
          pointer?: string;
          expected?: string;
          found?: string;
          [k: string]: unknown;
        }[];
      }[];
    };
  };
  /**
   * Show a rejected record with its contents; it is written down who saw it
   */
  'GET /tributary/data/rejected/{reference}': {
    path: {
      reference: string;
    };
    answer: {
      reference: string;
      id: string;
      dataset: string;
      receivedAt: string;
      source: string;
      row?: number;
      format?: string;
      isWholeFile: boolean;
      rejections: {
        code: string;
        message: string;
        column?: string;
        pointer?: string;
        expected?: string;
        found?: string;
        [k: string]: unknown;
      }[];
      raw: string;
      isText: boolean;
      header?: string[];
      cells?: string[];
      delimiter?: string;
      [k: string]: unknown;
    };
  };
  /**
   * List the company's own schemas, and which datasets are of each
   */
  'GET /tributary/data/schemas': {
    answer: {
      schemas: {
        id: string;
        title: string;
        class: string;
        datasets: string[];
      }[];
    };
  };
  /**
   * Show a schema as a list of its fields, with their labels and what they identify
   */
  'GET /tributary/data/schemas/{id}': {
    path: {
      id: string;
    };
    answer: {
      id: string;
      title: string;
      class: string;
      datasets: string[];
      fields: {
        path: string;
        name: string;
        level: number;
        type: string;
        isList: boolean;
        isRequired: boolean;
        title?: string;
        description?: string;
        format?: string;
        enum?: string[];
        labels: string[];
        identity?: {
          namespace: string;
          isPrimary: boolean;
        };
      }[];
    };
  };
  /**
   * List all definitions of the catalog that is active
   */
  'GET /tributary/definitions': {
    query: {
      kind?:
        | 'namespaces'
        | 'identity-settings'
        | 'evaluation-settings'
        | 'schemas'
        | 'schema-parts'
        | 'datasets'
        | 'source-connections'
        | 'datastreams'
        | 'merge-policies'
        | 'segments'
        | 'destinations'
        | 'activities'
        | 'labels'
        | 'policies'
        | 'consent-policies';
    };
    answer: {
      version: string;
      definitions: {
        [k: string]: {
          [k: string]: unknown;
        };
      };
    };
  };
  /**
   * Change several definitions at once, all or none of them
   */
  'POST /tributary/definitions': {
    query: {
      dryRun?: 'true' | 'false';
    };
    body: {
      instead?: string;
      comment?: string;
      /**
       * @minItems 1
       * @maxItems 1000
       */
      changes: {
        kind:
          | 'namespaces'
          | 'identity-settings'
          | 'evaluation-settings'
          | 'schemas'
          | 'schema-parts'
          | 'datasets'
          | 'source-connections'
          | 'datastreams'
          | 'merge-policies'
          | 'segments'
          | 'destinations'
          | 'activities'
          | 'labels'
          | 'policies'
          | 'consent-policies';
        name: string;
        value: {
          [k: string]: unknown;
        } | null;
      }[];
    };
    answer: {
      version: string;
      warnings: {
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * List the versions that were active, with author and comment, newest first
   */
  'GET /tributary/definitions/history': {
    query: {
      limit?: string;
    };
    answer: {
      versions: {
        version: string;
        at: string;
        [k: string]: unknown;
      }[];
    };
  };
  /**
   * Show a definition as it is written in a catalog
   */
  'GET /tributary/definitions/{kind}/{name}': {
    path: {
      kind: string;
      name: string;
    };
    answer: {
      [k: string]: unknown;
    };
  };
  /**
   * Create or replace a definition
   */
  'PUT /tributary/definitions/{kind}/{name}': {
    path: {
      kind: string;
      name: string;
    };
    body: {
      [k: string]: unknown;
    };
    answer: {
      version: string;
      warnings: {
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * Delete a definition
   */
  'DELETE /tributary/definitions/{kind}/{name}': {
    path: {
      kind: string;
      name: string;
    };
    answer: {
      version: string;
      warnings: {
        [k: string]: unknown;
      }[];
      [k: string]: unknown;
    };
  };
  /**
   * List types of destinations, or search them
   */
  'GET /tributary/destination-types': {
    query: {
      search?: string;
    };
    answer: {
      types: {
        type: string;
        title: string;
        category: string;
        summary: string;
        delivery: 'requests' | 'files';
        identities: string[];
        consents: string[];
        limits: string[];
        credentials: {
          [k: string]: string;
        };
        [k: string]: unknown;
      }[];
    };
  };
  /**
   * Show a type of destinations: settings as a JSON Schema, credentials, and how it is set up
   */
  'GET /tributary/destination-types/{type}': {
    path: {
      type: string;
    };
    answer: {
      type: string;
      title: string;
      category: string;
      summary: string;
      delivery: 'requests' | 'files';
      identities: string[];
      consents: string[];
      limits: string[];
      credentials: {
        [k: string]: string;
      };
      setUp: string[];
      example: {
        [k: string]: unknown;
      };
      schema: {
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * List destinations with what flowed to them in a day, and what keeps them from it
   */
  'GET /tributary/destinations': {
    answer: {
      asOf: string;
      destinations: {
        id: string;
        name: string;
        type: string;
        title: string;
        category: string;
        enabled: boolean;
        segments: string[];
        state: string;
        pausedSince?: string;
        held?: {
          since: string;
          segmentId: string;
          size: number;
          left: number;
          most: number;
        };
        openUntil?: string;
        lanes: string[];
        inQueue?: number;
        deadLetters?: number;
        lastDay: {
          received: number;
          activated: number;
          failed: number;
          retried: number;
          excluded: {
            [k: string]: number;
          };
          waiting: number;
          fromBefore: number;
          activationRate?: number;
        };
        [k: string]: unknown;
      }[];
    };
  };
  /**
   * Show how a destination is doing
   */
  'GET /tributary/destinations/{id}': {
    path: {
      id: string;
    };
    answer: {
      id: string;
      name: string;
      type: string;
      title: string;
      category: string;
      enabled: boolean;
      segments: string[];
      state: string;
      pausedSince?: string;
      held?: {
        since: string;
        segmentId: string;
        size: number;
        left: number;
        most: number;
      };
      openUntil?: string;
      lanes: string[];
      inQueue?: number;
      deadLetters?: number;
      lastDay: {
        received: number;
        activated: number;
        failed: number;
        retried: number;
        excluded: {
          [k: string]: number;
        };
        waiting: number;
        fromBefore: number;
        activationRate?: number;
      };
      asOf: string;
      audiences: {
        segmentId: string;
        size: number;
      }[];
      definition: {
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Send all members that it does not have yet
   */
  'POST /tributary/destinations/{id}/backfill': {
    path: {
      id: string;
    };
    answer: {
      destination: string;
      jobId: string;
    };
  };
  /**
   * List why single people were not taken, in the vendor's words, masked
   */
  'GET /tributary/destinations/{id}/errors': {
    path: {
      id: string;
    };
    query: {
      hours?: string;
      reason?: string;
      start?: string;
      limit?: string;
    };
    answer: {
      destination: string;
      since: string;
      errors: {
        profile: string;
        identities: string[];
        reason: string;
        errorClass: string;
        detail?: string;
        first: string;
        last: string;
        times: number;
      }[];
      total: number;
      next?: number;
    };
  };
  /**
   * Stop delivering; deliveries wait in their queue
   */
  'POST /tributary/destinations/{id}/pause': {
    path: {
      id: string;
    };
    answer: {
      destination: string;
      lanes: string[];
      switched: number;
      pausedSince?: string;
    };
  };
  /**
   * Count who would be sent, and who would be excluded and why, before anything is activated
   */
  'POST /tributary/destinations/{id}/reach': {
    path: {
      id: string;
    };
    body: {
      definition?: {
        [k: string]: unknown;
      };
    };
    answer: {
      profiles: number;
      isExact: boolean;
      members: number;
      reached: number;
      excluded: {
        [k: string]: number;
      };
      [k: string]: unknown;
    };
  };
  /**
   * Let the changes pass that its guard holds back
   */
  'POST /tributary/destinations/{id}/release': {
    path: {
      id: string;
    };
    answer: {
      destination: string;
      jobId: string;
    };
  };
  /**
   * Go on delivering
   */
  'POST /tributary/destinations/{id}/resume': {
    path: {
      id: string;
    };
    answer: {
      destination: string;
      lanes: string[];
      switched: number;
      pausedSince?: string;
    };
  };
  /**
   * List what flowed to a destination, hour by hour
   */
  'GET /tributary/destinations/{id}/runs': {
    path: {
      id: string;
    };
    query: {
      hours?: string;
    };
    answer: {
      destination: string;
      asOf: string;
      runs: {
        received: number;
        activated: number;
        failed: number;
        retried: number;
        excluded: {
          [k: string]: number;
        };
        waiting: number;
        fromBefore: number;
        activationRate?: number;
        hour: string;
        startedAt: string;
        state: 'processing' | 'completed';
      }[];
    };
  };
  /**
   * Show what flowed in an hour, and what the vendor said in it
   */
  'GET /tributary/destinations/{id}/runs/{hour}': {
    path: {
      id: string;
      hour: string;
    };
    answer: {
      received: number;
      activated: number;
      failed: number;
      retried: number;
      excluded: {
        [k: string]: number;
      };
      waiting: number;
      fromBefore: number;
      activationRate?: number;
      hour: string;
      startedAt: string;
      state: 'processing' | 'completed';
      destination: string;
      errors: {
        profile: string;
        identities: string[];
        reason: string;
        errorClass: string;
        detail?: string;
        first: string;
        last: string;
        times: number;
      }[];
    };
  };
  /**
   * Say which keys the secret of a destination has, and which are missing
   */
  'GET /tributary/destinations/{id}/secret': {
    path: {
      id: string;
    };
    answer: {
      destination: string;
      keys: string[];
      missing: string[];
    };
  };
  /**
   * Put keys into the secret of a destination; what is in it is never answered
   */
  'PUT /tributary/destinations/{id}/secret': {
    path: {
      id: string;
    };
    body: {
      keys: {
        [k: string]: unknown;
      };
    };
    answer: {
      destination: string;
      keys: string[];
      missing: string[];
    };
  };
  /**
   * Try the credentials and the permission of a destination, without changing anything there
   */
  'POST /tributary/destinations/{id}/test': {
    path: {
      id: string;
    };
    answer: {
      destination: string;
      isOk: boolean;
      steps: {
        step: string;
        outcome: string;
        reason?: string;
        detail?: string;
      }[];
      missingKeys: string[];
    };
  };
  /**
   * Show what is active, the evaluation of all profiles, what flows to destinations, and what is counted
   */
  'GET /tributary/overview': {
    answer: {
      stage: string;
      asOf: string;
      version: string;
      activeSince?: string;
      definitions: {
        [k: string]: number;
      };
      evaluation?: {
        id: string;
        status: 'queued' | 'running' | 'finished' | 'failed' | 'superseded';
        startedAt: string;
        endedAt?: string;
        counts: {
          [k: string]: number;
        };
      };
      lastFinishedEvaluation?: {
        id: string;
        status: 'queued' | 'running' | 'finished' | 'failed' | 'superseded';
        startedAt: string;
        endedAt?: string;
        counts: {
          [k: string]: number;
        };
      };
      destinations: {
        id: string;
        name: string;
        type: string;
        enabled: boolean;
        segments: string[];
        pausedSince?: string;
        lastDay: {
          received: number;
          activated: number;
          failed: number;
          retried: number;
          excluded: {
            [k: string]: number;
          };
        };
      }[];
      counts: {
        asOf: string;
        completeSince: {
          profiles?: string;
          records?: string;
        };
        profiles: {
          all: number;
          known: number;
          anonymous: number;
        };
        audiences: {
          [k: string]: number;
        };
        destinations: {
          [k: string]: {
            members: {
              [k: string]: number;
            };
            exits: number;
            excluded: {
              [k: string]: number;
            };
            unsent: number;
            devices?: {
              [k: string]: {
                edge: {
                  [k: string]: number;
                };
                hub: number;
              };
            };
          };
        };
        records: {
          [k: string]: {
            stream: {
              accepted: number;
              rejected: number;
              duplicate: number;
              rejections: {
                [k: string]: number;
              };
              withoutProfile: {
                [k: string]: number;
              };
              graphRejections: {
                [k: string]: number;
              };
              identitiesOmitted: {
                [k: string]: number;
              };
              valuesOmitted: {
                [k: string]: number;
              };
              repeatedHeaders?: number;
              amended?: number;
              timestampsBounded?: number;
            };
            batch: {
              accepted: number;
              rejected: number;
              duplicate: number;
              rejections: {
                [k: string]: number;
              };
              withoutProfile: {
                [k: string]: number;
              };
              graphRejections: {
                [k: string]: number;
              };
              identitiesOmitted: {
                [k: string]: number;
              };
              valuesOmitted: {
                [k: string]: number;
              };
              repeatedHeaders?: number;
              amended?: number;
              timestampsBounded?: number;
            };
            replay: {
              accepted: number;
              rejected: number;
              duplicate: number;
              rejections: {
                [k: string]: number;
              };
              withoutProfile: {
                [k: string]: number;
              };
              graphRejections: {
                [k: string]: number;
              };
              identitiesOmitted: {
                [k: string]: number;
              };
              valuesOmitted: {
                [k: string]: number;
              };
              repeatedHeaders?: number;
              amended?: number;
              timestampsBounded?: number;
            };
            batches: {
              [k: string]: number;
            };
          };
        };
      };
    };
  };
  /**
   * Show some members of an audience
   */
  'GET /tributary/profiles': {
    query: {
      audience: string;
      limit?: string;
    };
    answer: {
      audience: {
        id: string;
        name: string;
      };
      asOf: string;
      profiles: {
        reference: string;
        identity: {
          namespace: string;
          value?: string;
        };
        since: string;
        fields: {
          path: string[];
          value?: unknown;
          isMasked?: true;
          labels: string[];
        }[];
      }[];
      isComplete: boolean;
    };
  };
  /**
   * Find a person by an identity
   */
  'POST /tributary/profiles/search': {
    body: {
      namespace: string;
      value: string;
    };
    answer: {
      profiles: {
        reference: string;
        identity: {
          namespace: string;
          value?: string;
        };
        identities: number;
      }[];
    };
  };
  /**
   * Show by what a person is known, and how fresh that is
   */
  'GET /tributary/profiles/{reference}': {
    path: {
      reference: string;
    };
    answer: {
      reference: string;
      identity: {
        namespace: string;
        value?: string;
      };
      identities: {
        namespace: string;
        value?: string;
        id: string;
      }[];
      mergePolicy: {
        id: string;
        name: string;
      };
      optedOut: boolean;
      datasets: string[];
      lastModifiedAt: string;
      asOf: string;
      values: 'all' | 'some' | 'masked';
    };
  };
  /**
   * Delete a person
   */
  'DELETE /tributary/profiles/{reference}': {
    path: {
      reference: string;
    };
    answer: {
      requestId: string;
      totalRecords: number;
      jobs: {
        jobId: string;
        customer: {
          user: {
            key: string;
            action: string[];
          };
        };
      }[];
    };
  };
  /**
   * Show the attributes of a person, and which record each comes from
   */
  'GET /tributary/profiles/{reference}/attributes': {
    path: {
      reference: string;
    };
    answer: {
      mergePolicy: {
        id: string;
        name: string;
      };
      asOf: string;
      attributes: {
        path: string[];
        value?: unknown;
        isMasked?: true;
        labels: string[];
        dataset: string;
        identity: {
          namespace: string;
          value?: string;
          id: string;
        };
        recordedAt: string;
      }[];
    };
  };
  /**
   * Show in which audiences a person is, since when and until when
   */
  'GET /tributary/profiles/{reference}/audiences': {
    path: {
      reference: string;
    };
    answer: {
      asOf: string;
      optedOut: boolean;
      audiences: {
        id: string;
        name: string;
        description?: string;
        status: 'realized' | 'exited' | 'none';
        since?: string;
        changesAt?: string;
        method?: string;
      }[];
      omitted: number;
    };
  };
  /**
   * Explain why a person is in an audience, or is not
   */
  'GET /tributary/profiles/{reference}/audiences/{id}/explanation': {
    path: {
      reference: string;
      id: string;
    };
    answer: {
      audience: {
        id: string;
        name: string;
      };
      asOf: string;
      method: string;
      isMember: boolean;
      optedOut: boolean;
      evaluated?: {
        status: 'realized' | 'exited';
        since: string;
      };
      rule: {
        kind: 'and' | 'or' | 'not' | 'condition';
        text: string;
        isTrue: boolean;
        changesAt?: string;
        parts: {
          [k: string]: unknown;
        }[];
        values?: {
          path: string;
          value?: unknown;
          isMasked?: true;
          labels: string[];
        }[];
        events?: {
          count: number;
          newest: {
            time: string;
            type?: string;
          }[];
        };
      };
    };
  };
  /**
   * Show what a person agrees to
   */
  'GET /tributary/profiles/{reference}/consents': {
    path: {
      reference: string;
    };
    answer: {
      optedOut: boolean;
      asOf: string;
      consents: {
        path: string[];
        value?: unknown;
        isMasked?: true;
        labels: string[];
        dataset: string;
        identity: {
          namespace: string;
          value?: string;
          id: string;
        };
        recordedAt: string;
      }[];
    };
  };
  /**
   * Show what each destination holds of a person
   */
  'GET /tributary/profiles/{reference}/destinations': {
    path: {
      reference: string;
    };
    answer: {
      asOf: string;
      destinations: {
        id: string;
        name: string;
        type: string;
        state: 'on' | 'off';
        optedOut: boolean;
        isHeld: boolean;
        unsent: number;
        acceptedIdentities?: {
          namespace: string;
          value?: string;
          id: string;
        }[];
        missingAttributes: string[];
        omitted: number;
        audiences: {
          id: string;
          name: string;
          outcome: 'routed' | 'toRoute' | 'excluded' | 'notMember' | 'removed' | 'toRemove';
          status?: 'realized' | 'exited';
          since?: string;
          reasons: string[];
          routed: {
            identity: {
              namespace: string;
              value?: string;
              id: string;
            };
            status: 'realized' | 'exited';
            at?: string;
            routes?: string[];
          }[];
        }[];
      }[];
    };
  };
  /**
   * Explain why a person was delivered to a destination, or was not
   */
  'GET /tributary/profiles/{reference}/destinations/{id}/explanation': {
    path: {
      reference: string;
      id: string;
    };
    answer: {
      id: string;
      name: string;
      type: string;
      state: 'on' | 'off';
      optedOut: boolean;
      isHeld: boolean;
      unsent: number;
      acceptedIdentities?: {
        namespace: string;
        value?: string;
        id: string;
      }[];
      missingAttributes: string[];
      omitted: number;
      audiences: {
        id: string;
        name: string;
        outcome: 'routed' | 'toRoute' | 'excluded' | 'notMember' | 'removed' | 'toRemove';
        status?: 'realized' | 'exited';
        since?: string;
        reasons: string[];
        routed: {
          identity: {
            namespace: string;
            value?: string;
            id: string;
          };
          status: 'realized' | 'exited';
          at?: string;
          routes?: string[];
        }[];
      }[];
      asOf: string;
    };
  };
  /**
   * Show the events of a person, by type, dataset and time
   */
  'GET /tributary/profiles/{reference}/events': {
    path: {
      reference: string;
    };
    query: {
      type?: string;
      dataset?: string;
      from?: string;
      to?: string;
      order?: 'newest' | 'oldest';
      limit?: string;
      start?: string;
    };
    answer: {
      events: {
        id: string;
        time: string;
        receivedAt: string;
        dataset: string;
        identity: {
          namespace: string;
          value?: string;
          id: string;
        };
        type?: string;
        expiresAt?: string;
        event?: {
          [k: string]: unknown;
        };
        isMasked?: true;
      }[];
      next?: string;
      asOf: string;
    };
  };
  /**
   * Show all identities and links of a person, and the links that were removed
   */
  'GET /tributary/profiles/{reference}/graph': {
    path: {
      reference: string;
    };
    answer: {
      asOf: string;
      profile?: string;
      limit?: number;
      nodes: {
        namespace: string;
        value?: string;
        id: string;
        kind: string;
        rank: number;
        firstSeen?: string;
        lastSeen?: string;
        datasets: string[];
        links: number;
      }[];
      links: {
        a: string;
        b: string;
        firstSeen: string;
        lastSeen: string;
        datasets: string[];
      }[];
      removed: {
        a: {
          namespace: string;
          value?: string;
          id: string;
        };
        b: {
          namespace: string;
          value?: string;
          id: string;
        };
        at: string;
        why: 'unique-namespace' | 'limit' | 'withdrawn' | 'cleared';
        isBack: boolean;
        unlinking?: {
          who: string;
          reason: string;
        };
      }[];
    };
  };
  /**
   * Link two identities again that were unlinked
   */
  'POST /tributary/profiles/{reference}/relink': {
    path: {
      reference: string;
    };
    body: {
      a: string;
      b: string;
      reason: string;
    };
    answer: {
      isDone: boolean;
    };
  };
  /**
   * Take the link between two identities out, or say what would follow
   */
  'POST /tributary/profiles/{reference}/unlink': {
    path: {
      reference: string;
    };
    query: {
      dryRun?: 'true' | 'false';
    };
    body: {
      a: string;
      b: string;
      reason: string;
    };
    answer: {
      isDone: boolean;
      profiles: {
        identities: {
          namespace: string;
          value?: string;
          id: string;
        }[];
        entered: string[];
        left: string[];
      }[];
      destinations: {
        id: string;
        added: number;
        removed: number;
      }[];
      stillLinkedBy: {
        a: {
          namespace: string;
          value?: string;
          id: string;
        };
        b: {
          namespace: string;
          value?: string;
          id: string;
        };
      }[];
    };
  };
}
