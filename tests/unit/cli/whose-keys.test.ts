import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeBinDirectory } from '#cli/local/paths.ts';
import { projectRoot } from '#cli/root.ts';
import { listening, temporaryFolder } from '#tests/unit/local/support.ts';

/** As AWS gives them, and as they must not be shown to anybody but AWS. */
const REAL = { key: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI', token: 'FwoGZXIvYXdzEXAMPLE' };

type Call = IncomingHttpHeaders & { readonly url: string | undefined };

/** Answers every call as an SSM that knows no parameters would, and writes down who called. */
async function recording(): Promise<{ endpoint: string; heard: Call[]; authorizations(): string[] }> {
  const heard: Call[] = [];
  const server = createServer((request, response) => {
    heard.push({ url: request.url, ...request.headers });
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end('{"Parameters":[]}');
    });
  });
  const signed = () => heard.map(({ authorization }) => authorization).filter((each) => each !== undefined);
  return { endpoint: await listening(server), heard, authorizations: signed };
}

/** Runs `tributary status` as a user does, in a process of its own. */
const status = (stage: string, env: NodeJS.ProcessEnv): Promise<string> =>
  new Promise((resolve) => {
    const node = join(nodeBinDirectory(projectRoot), 'node');
    const cli = join(projectRoot, 'bin', 'cli.js');
    const PATH = process.env.PATH;
    execFile(node, [cli, 'status', '--stage', stage], { env: { PATH, ...env } }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });

/** A shell of somebody who works with AWS all day: keys, a profile, files that name other keys, a role, other endpoints. */
function shellOfAUser(folder: string): NodeJS.ProcessEnv {
  const [config, credentials] = [join(folder, 'config'), join(folder, 'credentials')];
  writeFileSync(
    config,
    '[default]\nregion = eu-west-3\n[profile work]\nregion = eu-west-3\nendpoint_url = http://127.0.0.1:1\n',
  );
  const keys = `aws_access_key_id = ${REAL.key}\naws_secret_access_key = ${REAL.secret}\naws_session_token = ${REAL.token}`;
  writeFileSync(credentials, `[default]\n${keys}\n[work]\n${keys}\n`);
  return {
    HOME: folder,
    AWS_PROFILE: 'work',
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_ACCESS_KEY_ID: REAL.key,
    AWS_SECRET_ACCESS_KEY: REAL.secret,
    AWS_SESSION_TOKEN: REAL.token,
    AWS_REGION: 'eu-west-3',
    AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:1',
    AWS_USE_FIPS_ENDPOINT: 'true',
  };
}

describe('whose keys sign', () => {
  it('calls to the local stage: those made up for it, whatever the shell of the user holds', async () => {
    const { endpoint, heard, authorizations } = await recording();
    const said = await status('local', { ...shellOfAUser(temporaryFolder()), AWS_ENDPOINT_URL: endpoint });
    expect(said).toContain('There is no stage "local"');
    expect(authorizations()).not.toEqual([]);
    for (const each of authorizations()) expect(each).toMatch(/Credential=test\/\d{8}\/us-east-1\//);
    expect(JSON.stringify(heard)).not.toMatch(new RegExp(Object.values(REAL).join('|')));
  });

  it.each([
    ['a profile that nobody has', { AWS_PROFILE: 'nobody-has-it' }],
    ['only a session token', { AWS_SESSION_TOKEN: REAL.token }],
    ['only a region elsewhere', { AWS_REGION: 'cn-north-1', AWS_DEFAULT_REGION: 'cn-north-1' }],
  ])('calls to the local stage also with %s', async (_, env) => {
    const { endpoint, heard, authorizations } = await recording();
    const said = await status('local', { HOME: temporaryFolder(), ...env, AWS_ENDPOINT_URL: endpoint });
    expect(said).toContain('There is no stage "local"');
    for (const each of authorizations()) expect(each).toMatch(/Credential=test\/\d{8}\/us-east-1\//);
    expect(JSON.stringify(heard)).not.toContain(REAL.token);
  });

  it('calls to a stage in AWS: those of the user, in the region and at the endpoint of the user', async () => {
    const { endpoint, heard, authorizations } = await recording();
    const { AWS_ENDPOINT_URL_SSM: _, AWS_USE_FIPS_ENDPOINT: __, ...shell } = shellOfAUser(temporaryFolder());
    const said = await status('prod', { ...shell, AWS_ENDPOINT_URL_SSM: endpoint });
    expect(said).toContain('There is no stage "prod" in eu-west-3');
    expect(authorizations()).toEqual([
      expect.stringMatching(new RegExp(`Credential=${REAL.key}/\\d{8}/eu-west-3/ssm/`)),
    ]);
    expect(heard[0]).toMatchObject({ 'x-amz-security-token': REAL.token });
  });

  it('calls to a stage in AWS under a profile: those of the profile', async () => {
    const { endpoint, authorizations } = await recording();
    const { HOME, AWS_PROFILE, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = shellOfAUser(temporaryFolder());
    const profile = { HOME, AWS_PROFILE, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE };
    await status('prod', { ...profile, AWS_ENDPOINT_URL_SSM: endpoint });
    expect(authorizations()).toEqual([expect.stringContaining(`Credential=${REAL.key}/`)]);
  });
});
