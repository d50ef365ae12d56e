import {existsSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {OperationFailed} from '../../../engine/errors.ts';
import {noProgress} from '../../../engine/progress.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import type {System} from '../../../engine/system/system.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import type {PlannedPartition} from '../../../installer/disk/layout.ts';
import {GiB, MiB} from '../../../installer/disk/size.ts';
import {encryptedRoot} from '../../../installer/encryption/encrypted-root.ts';
import type {EncryptionPlan} from '../../../installer/encryption/encryption-plan.ts';

const test = suite('encrypted root');

const uuid = '0f3a5c21-1111-4222-8333-444455556666';
const recoveryKey = Array(8).fill('cbdefghi').join('-');
const plan: EncryptionPlan = {
	type: 'luks2',
	uuid,
	name: 'slipway-root',
	cipher: 'aes-xts-plain64',
	keyDerivation: undefined,
	unlockedBy: [{kind: 'tpm2', pcrs: [7], pin: true}, {kind: 'passphrase'}],
	recoveryKey: {kind: 'shown'},
};
const secrets = {passphrase: new Secret('planted-passphrase'), pin: new Secret('planted-pin')};
const root: PlannedPartition = {
	role: 'root',
	number: 2,
	start: 100 * MiB,
	size: 3 * GiB,
	type: '',
	uuid: '',
	name: 'a',
	finishedName: 'b',
	fileSystem: {type: 'ext4', uuid: '', label: ''},
};

interface Seen {
	readonly line: string;
	/** Contents of the files that it was given, by their names. */
	readonly keys: Readonly<Record<string, string>>;
	readonly folder: string | undefined;
}

/** A system whose programs note what they are given. @param failing the place of the one that fails */
function watchedSystem(failing = Number.POSITIVE_INFINITY) {
	const seen: Seen[] = [];
	const inner = fakeSystem({}, {});
	const run: System['run'] = async (command, args, options) => {
		const files = args.flatMap((word) => /\/\S*slipway-keys-\S+/.exec(word) ?? []);
		const credential = path.join(
			options?.env?.CREDENTIALS_DIRECTORY ?? '/nowhere',
			'cryptenroll.new-tpm2-pin',
		);
		if (existsSync(credential)) files.push(credential);
		const keys = Object.fromEntries(
			files.map((file) => [path.basename(file), readFileSync(file, 'utf8')]),
		);
		for (const file of files) assert.is(statSync(file).mode & 0o777, 0o600);
		const [first] = files;
		const folder = first && path.dirname(first);
		if (folder) assert.is(statSync(folder).mode & 0o777, 0o700);
		const words = [command, ...args].map((word) => (folder ? word.replace(folder, 'K') : word));
		seen.push({line: words.join(' '), keys, folder});
		assert.not.match(JSON.stringify([args, options]), 'planted');
		if (seen.length > failing) throw new OperationFailed('broken', 'it broke');
		const stdout = args.includes('--recovery-key') ? recoveryKey : '';
		return {status: 0, stdout, stderr: ''};
	};
	return {system: fakeSystem({...inner, run}), seen};
}

const disk = {path: '/dev/sda', sectorSize: 512};
const device = '/dev/loop0';
const name = 'slipway-install-0f3a5c21';

test('gets all its keys from files in memory, and loses that of the installation', async () => {
	const {system, seen} = watchedSystem();
	const volume = encryptedRoot(system, disk, plan, secrets);
	assert.equal(volume.target, {path: `/dev/mapper/${name}`, sectorSize: 4096});
	assert.equal(volume.placeOf(root), {...root, start: 0, size: 3 * GiB - 16 * MiB});
	{
		await using opened = await volume.open(root, noProgress);
		assert.is(opened.recoveryKey?.reveal(), recoveryKey);
	}
	const key = '--unlock-key-file=K/installation';
	assert.equal(
		seen.map(({line}) => line),
		[
			`cryptsetup luksFormat --batch-mode --type luks2 --uuid ${uuid} --cipher aes-xts-plain64 --key-size 512 --offset 32768 --sector-size 4096 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file K/installation ${device}`,
			`cryptsetup open --type luks2 --key-file K/installation ${device} ${name}`,
			`cryptsetup close --deferred ${name}`,
			`systemd-cryptenroll ${key} --tpm2-device=auto --tpm2-pcrs=7 --tpm2-with-pin=yes ${device}`,
			`cryptsetup luksAddKey --batch-mode --key-file K/installation ${device} K/passphrase`,
			`systemd-cryptenroll ${key} --recovery-key ${device}`,
			`cryptsetup luksKillSlot --batch-mode --key-file K/recovery ${device} 0`,
			`cryptsetup close --cancel-deferred ${name}`,
			`cryptsetup close ${name}`,
		],
	);
	const installation = seen[0]?.keys.installation ?? '';
	assert.match(installation, /^[0-9a-f]{64}$/);
	assert.equal(seen[3]?.keys, {installation, 'cryptenroll.new-tpm2-pin': 'planted-pin'});
	assert.equal(seen[4]?.keys, {installation, passphrase: 'planted-passphrase'});
	assert.equal(seen[6]?.keys, {recovery: recoveryKey});
	assert.not(existsSync(seen[0]?.folder ?? ''));
	const calls = system.calls.filter(({call}) => call === 'mount').map(({args}) => args);
	assert.equal(
		calls.map(([, folder, type, flags, data]) => [folder, type, flags, data]),
		[[seen[0]?.folder, 'ramfs', ['nosuid', 'nodev', 'noexec'], 'mode=0700']],
	);
	assert.equal(
		system.calls.map(({call}) => call).filter((call) => call !== 'run'),
		['attachLoop', 'unshareMounts', 'mount', 'holdDevice', 'unmount', 'flushDevice', 'detachLoop'],
	);
	assert.equal(system.calls[0]?.args, [
		'/dev/sda',
		{offset: 100 * MiB, sizeLimit: 3 * GiB, sectorSize: 512, directIo: true},
	]);
});

test('leaves nothing behind wherever it fails', async () => {
	for (let failing = 0; failing < 7; failing++) {
		const {system, seen} = watchedSystem(failing);
		const volume = encryptedRoot(system, disk, plan, secrets);
		try {
			await volume.open(root, noProgress);
			assert.unreachable(`step ${failing}`);
		} catch (error) {
			assert.ok(error instanceof OperationFailed || error instanceof SuppressedError);
		}
		assert.not(existsSync(seen[0]?.folder ?? ''));
		assert.is(system.calls.at(-1)?.call, 'detachLoop');
		const isClosed = seen.at(-1)?.line === `cryptsetup close ${name}`;
		assert.is(isClosed, failing > 1, `step ${failing}`);
	}
});

test('is not made with a recovery key that is none', async () => {
	for (const said of ['', 'short', `${recoveryKey}-more`, recoveryKey.toUpperCase()]) {
		const system = fakeSystem({}, {'systemd-cryptenroll': said});
		const volume = encryptedRoot(system, disk, plan, secrets);
		try {
			await volume.open(root, noProgress);
			assert.unreachable(said);
		} catch (error) {
			assert.is((error as OperationFailed).code, 'no-recovery-key');
			if (said !== '') assert.not.match((error as OperationFailed).message, said);
		}
	}
});

test.run();
