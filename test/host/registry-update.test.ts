/** The whole program follows an image in a real registry: plain, with a login, with TLS, behind a mirror. */
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {exitStatus} from '../../engine/errors.ts';
import {upgradeStatus} from '../../ui/cli/upgrade.ts';
import {makeCertificates} from '../engine/oci/registry/certificates.ts';
import {publish} from '../engine/update/published-image.ts';
import {login, type Registry, type RegistryOptions, startRegistry} from '../setup/registry.ts';
import {bundleProgram, MachineRoot, whyNoMachineRoot} from './machine-root.ts';

const test = suite('update from a registry');
const problem = whyNoMachineRoot();
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-registry-update-'));
const layout = path.join(folder, 'layout');
const app = path.join(folder, 'app');
test.before(() => bundleProgram(app));
test.after(() => rmSync(folder, {recursive: true}));

/** Pushes a version as `HOST/ns/myos:latest`. */
async function release(registry: Registry, version: string): Promise<void> {
	publish(layout, {version});
	await registry.copy(`oci:${layout}`, 'ns/myos:latest');
}

/** With version 1. */
async function startWithImage(options?: RegistryOptions): Promise<Registry> {
	const registry = await startRegistry(options);
	await release(registry, '1');
	return registry;
}

function machineFollowing(host: string): Promise<MachineRoot> {
	return MachineRoot.make({image: `${host}/ns/myos:latest`, transport: 'registry'}, app);
}

const insecure = ({host}: Registry) => `[[registry]]\nlocation = "${host}"\ninsecure = true\n`;

function writeLogin(machine: MachineRoot, {host}: Registry, password: string): void {
	const auth = Buffer.from(`${login.username}:${password}`).toString('base64');
	machine.write('etc/ostree/auth.json', JSON.stringify({auths: {[host]: {auth}}}));
}

/** Versions of what is booted and staged. */
async function versions(machine: MachineRoot) {
	const {booted, staged} = (await machine.status()).status;
	return [booted, staged].map((one) => one?.image?.version);
}

/** That an upgrade fails with these words, and only them, and that nothing is staged then. */
async function expectFailure(
	machine: MachineRoot,
	status: number,
	message: string,
	hint: string,
): Promise<void> {
	const ending = await machine.slipway('upgrade', '--quiet');
	assert.equal(ending, {status, stdout: '', stderr: `slipway: ${message}\n  hint: ${hint}\n`});
	for (const place of ['sysroot/state/deploy', 'efi/loader/entries'])
		assert.is(readdirSync(path.join(machine.root, place)).length, 1);
}

check('goes from version to version without TLS where registries.conf says so', async () => {
	await using registry = await startWithImage();
	const {host} = registry;
	using machine = await machineFollowing(host);
	await expectFailure(
		machine,
		exitStatus.failed,
		`${host} does not speak https (EPROTO)`,
		`If it shall be used without, set insecure = true for ${host} in registries.conf.`,
	);
	machine.write('etc/containers/registries.conf', insecure(registry));
	assert.is((await machine.slipway('upgrade', '--check')).status, upgradeStatus.available);
	const first = await machine.upgrade();
	assert.equal([first.layersFetched, first.layersKnown], [2, 0]);
	await machine.start(first.deployment);
	assert.is((await machine.slipway('upgrade')).status, upgradeStatus.upToDate);

	await release(registry, '2');
	const second = await machine.upgrade();
	assert.equal([second.layersFetched, second.layersKnown], [1, 1]);
	assert.equal(await versions(machine), ['1', '2']);
	const {stdout} = await machine.slipway('verify');
	assert.match(stdout, /^all is as it should be: /m);
});

check('logs in where the registry wants it, in the way in which the error says', async () => {
	await using registry = await startWithImage({wantsLogin: true});
	const {host} = registry;
	using machine = await machineFollowing(host);
	machine.write('etc/containers/registries.conf', insecure(registry));
	const command = `podman login --authfile /etc/ostree/auth.json ${host}`;
	const says = 'authentication required';
	const wants = `${host} wants a login for ns/myos (${says})`;
	await expectFailure(machine, exitStatus.failed, wants, `Log in: ${command}`);
	writeLogin(machine, registry, 'not this one');
	const denies = `${host} does not accept the login for ns/myos (${says})`;
	await expectFailure(machine, exitStatus.failed, denies, `Log in: ${command}`);
	const [program = '', ...words] = command.split(' ');
	const given = ['--username', login.username, '--password', login.password];
	const {status, stderr} = await machine.run(program, ...words, ...given);
	assert.is(status, 0, stderr);
	await machine.upgrade();
	assert.equal(await versions(machine), ['0', '1']);
});

check(
	'asks a credential helper that a file of logins names, and one of registries.conf',
	async () => {
		await using registry = await startWithImage({wantsLogin: true});
		const {host} = registry;
		const answer = JSON.stringify({
			ServerURL: host,
			Username: login.username,
			Secret: login.password,
		});
		const helper = `[ "$1 $(cat)" = "get ${host}" ] && echo '${answer}' && exit
		echo 'credentials not found in native keychain'
		exit 1`;
		for (const named of ['auth.json', 'registries.conf']) {
			using machine = await machineFollowing(host);
			machine.program('docker-credential-test', helper);
			const inFile = named === 'auth.json';
			machine.write(
				'etc/containers/registries.conf',
				`${inFile ? '' : 'credential-helpers = ["test"]\n'}${insecure(registry)}`,
			);
			if (inFile) machine.write('etc/ostree/auth.json', `{"credHelpers": {"${host}": "test"}}`);
			await machine.upgrade();
			assert.equal(await versions(machine), ['0', '1'], named);
		}
	},
);

check('trusts a registry with a CA of its own when certs.d has it', async () => {
	const {ca, server} = makeCertificates();
	await using registry = await startWithImage({tls: server, wantsLogin: true});
	const {host} = registry;
	using machine = await machineFollowing(host);
	writeLogin(machine, registry, login.password);
	await expectFailure(
		machine,
		exitStatus.failed,
		`the certificate of ${host} is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`,
		`Put its CA certificate into /etc/containers/certs.d/${host}/ca.crt`,
	);
	machine.write(`etc/containers/certs.d/${host}/ca.crt`, ca);
	await machine.upgrade();
	assert.equal(await versions(machine), ['0', '1']);
});

check('shows a certificate of its own where the registry asks for one', async () => {
	const {ca, server, client} = makeCertificates();
	await using registry = await startRegistry({tls: server, clientAuthority: ca});
	const {host} = registry;
	using machine = await machineFollowing(host);
	const folder = `etc/containers/certs.d/${host}`;
	machine.write(`${folder}/ca.crt`, ca);
	await expectFailure(
		machine,
		exitStatus.failed,
		`${host} refuses our side of TLS (ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE)`,
		`If it wants a client certificate, put client.cert and client.key into /${folder}/`,
	);
	machine.write(`${folder}/client.cert`, client.cert);
	machine.write(`${folder}/client.key`, client.key);
	publish(path.join(machine.root, 'srv/layout'), {version: '1'});
	const words = ['--insecure-policy', 'copy', 'oci:/srv/layout', `docker://${host}/ns/myos:latest`];
	const {status, stderr} = await machine.run('skopeo', ...words);
	assert.is(status, 0, stderr);
	await machine.upgrade();
	assert.equal(await versions(machine), ['0', '1']);
});

check('comes from a mirror, or without it when that is down', async () => {
	await using up = await startWithImage();
	await using down = await startWithImage();
	await down.stop();
	for (const [registry, mirror] of [
		[down, up],
		[up, down],
	] as const) {
		using machine = await machineFollowing(registry.host);
		machine.write(
			'etc/containers/registries.conf',
			`${insecure(registry)}[[registry.mirror]]\nlocation = "${mirror.host}"\ninsecure = true\n`,
		);
		const {reference} = await machine.upgrade();
		assert.is(reference.image, `${registry.host}/ns/myos:latest`);
		assert.equal(await versions(machine), ['0', '1']);
	}
});

check('fails in one error when the registry goes between check and pull', async () => {
	await using registry = await startWithImage();
	const {host} = registry;
	using machine = await machineFollowing(host);
	machine.write('etc/containers/registries.conf', insecure(registry));
	assert.is((await machine.slipway('upgrade', '--check')).status, upgradeStatus.available);
	await registry.stop();
	await expectFailure(
		machine,
		exitStatus.failed,
		`${host} cannot be reached (ECONNREFUSED)`,
		'Look at the network, the name of the registry, and its port.',
	);
	const {update} = await machine.status();
	assert.equal(
		[update?.lastError?.code, update?.cachedUpdate?.isDeployed],
		['registry-unreachable', false],
	);
});

test.run();
