import {mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type BootProgram, programNames} from '../../../engine/preflight/boot-programs.ts';
import {noProgress} from '../../../engine/progress.ts';
import {readConfig} from '../../../installer/config/read-config.ts';
import type {PlannedPartition} from '../../../installer/disk/layout.ts';
import {MiB} from '../../../installer/disk/size.ts';
import {
	isEncryptionRequest,
	requestOffset,
} from '../../../installer/encryption/encryption-request.ts';
import {requestEncryption} from '../../../installer/encryption/request-encryption.ts';

const test = suite('encryption that is asked of the first boot');

const early = (programs: readonly BootProgram[]) => ({
	inInitramfs: new Set(['dm_crypt']),
	builtIn: new Set<string>(),
	programs: new Set(programs),
	hasBootScript: true,
});

async function requested(storage: string, programs: readonly BootProgram[] = programNames) {
	const {answers} = readConfig(`version = 1\n[storage]\n${storage}\n`, 'site.toml');
	return await requestEncryption(answers, 'a seed', async () => early(programs));
}

test('is none where none is wanted', async () => {
	assert.is(await requested('filesystem = "ext4"'), undefined);
});

test('ends as an installation does, with a recovery key of the machine', async () => {
	const prepared = await requested('encryption = {tpm2 = true}');
	assert.equal(prepared?.problems, []);
	const uuid = prepared?.plan.uuid;
	assert.equal(
		prepared?.kernelArguments.map(({argument}) => argument),
		[
			`rd.luks.name=${uuid}=slipway-root`,
			`rd.luks.options=${uuid}=x-initrd.attach,tries=0,tpm2-device=auto`,
		],
	);
	assert.equal(prepared?.plan.recoveryKey, {
		kind: 'made-at-first-boot',
		path: '/var/lib/slipway/recovery-key',
	});
});

test('takes an initramfs that can do it', async () => {
	const unlocking: readonly BootProgram[] = ['luks', 'tpm2'];
	const prepared = await requested('encryption = {tpm2 = true}', unlocking);
	assert.equal(
		prepared?.problems.map(({code, message}) => [code, / lacks ([^,]+),/.exec(message)?.[1]]),
		['cryptsetup', 'systemd-cryptenroll', 'systemd-creds'].map((name) => [
			'missing-boot-program',
			name,
		]),
	);
});

test('is a request on the disk, with room for a header before the file system', async () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'request-'));
	const file = path.join(folder, 'disk');
	writeFileSync(file, '');
	truncateSync(file, 64 * MiB);
	const root: PlannedPartition = {
		...{role: 'root', number: 2, start: 8 * MiB, size: 56 * MiB},
		...{type: '', uuid: '', name: 'a', finishedName: 'b'},
		fileSystem: {type: 'ext4', uuid: '', label: ''},
	};
	const prepared = await requested('encryption = {tpm2 = true}');
	const volume = prepared?.volumeOn({path: file, sectorSize: 512});
	assert.equal(volume?.placeOf(root), {...root, start: 24 * MiB, size: 40 * MiB});
	{
		await using opened = await volume?.open(root, noProgress);
		assert.is(opened?.recoveryKey, undefined);
	}
	const bytes = readFileSync(file);
	rmSync(folder, {recursive: true});
	const start = 8 * MiB + requestOffset;
	assert.ok(isEncryptionRequest(bytes.subarray(start, start + 4096)));
	bytes.fill(0, start, start + 4096);
	assert.ok(bytes.equals(Buffer.alloc(64 * MiB)), 'nothing else was written');
});

test.run();
