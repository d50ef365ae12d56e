/** Encrypted roots: unlocked by a TPM2 with nobody present, by the recovery key without it, by a passphrase. */
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {StatusDocument} from '../../engine/deployment/status.ts';
import {buildFullImage, cache, fullImageName} from '../setup/image.ts';
import {makeDisk} from '../setup/install.ts';
import {liveMachine, makeLiveMedium} from './live-system.ts';
import {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';
import {startTpm, whyNoTpm} from './tpm.ts';

const test = suite('encrypted root');
const problem = runsAll ? ((await whyNoMachines()) ?? whyNoTpm()) : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

mkdirSync(cache, {recursive: true});
const folder = mkdtempSync(path.join(cache, 'encrypted-'));
const place = (name: string) => path.join(folder, name);
test.after(() => rmSync(folder, {recursive: true}));

const passphrase = 'planted-4f1c sesame';
let recoveryKey = '';

const prompt = /Please enter [^\n]*slipway-root/;

/** Of a machine that is being started: types until it is let in. */
async function unlock(machine: Machine, ...tries: readonly string[]): Promise<void> {
	let from = 0;
	for (const text of tries) {
		const {index, 0: found} = await machine.console.waitFor(prompt, 600_000, from);
		from += index + found.length;
		machine.type(`${text}\r`);
	}
	await machine.booted();
}

async function encryptionOf(machine: Machine) {
	const status: StatusDocument = JSON.parse(await machine.ok('slipway status --json'));
	return status.status.rootEncryption;
}

async function expectWell(machine: Machine): Promise<void> {
	const {output} = await machine.run(
		'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
	);
	assert.is(output, 'running\n');
	assert.is(await machine.ok('findmnt -no SOURCE /sysroot'), '/dev/mapper/slipway-root');
	assert.match(await machine.ok('bootctl --print-boot-path'), /^\/(boot|efi)$/);
}

check('is made by a live system, for whichever way it will be unlocked', async () => {
	await buildFullImage();
	await makeLiveMedium(fullImageName, folder);
	const disks = [place('tpm.raw'), place('typed.raw')];
	for (const disk of disks) makeDisk(disk, {size: 6 * 2 ** 30});
	const tpm = startTpm(place('tpm'));
	// Only behind the same firmware the TPM2 has measured the same as it will for the installed system.
	const live = {...liveMachine(folder, disks), memoryMib: 3072, tpm};
	await using machine = await Machine.start(live);
	await machine.ok(`umask 77; cat > /run/site.toml <<'END'
version = 1
[storage]
encryption = {tpm2 = true, recovery-key = {save-to = "/run/keys"}}
[system]
keymap = "de-latin1"
END
printf %s '${passphrase}' > /run/passphrase; mkdir /run/keys`);
	const refused = await machine.run('slipway install --encryption=passphrase /dev/vdb');
	assert.is(refused.status, 2, refused.output);
	const install = 'slipway install --quiet';
	const plan = await machine.ok(`${install} --dry-run --config /run/site.toml /dev/vdb`);
	assert.match(plan, /^Unlocked by: +TPM2 \(PCR 7\)$/m);
	assert.match(plan, /^Recovery key: +written to \/run\/keys$/m);
	const said = await machine.ok(`${install} --config /run/site.toml /dev/vdb 2>&1`);
	recoveryKey = await machine.ok('cat /run/keys/*');
	assert.match(recoveryKey, /^[a-z]{8}(-[a-z]{8}){7}$/);
	assert.not.match(said, recoveryKey);
	await machine.ok(
		`${install} --encryption=passphrase --passphrase-file=/run/passphrase --recovery-key=/run/other /dev/vdc`,
	);
	const open = await machine.run(
		`lsblk -no NAME /dev/vdb /dev/vdc | wc -l; ls /dev/mapper; losetup -l; grep -rl '${passphrase}' /var/log /run --exclude=passphrase --exclude-dir=credentials; journalctl -q -g 'planted-4f1c|${recoveryKey}'`,
	);
	assert.is(open.output, '6\ncontrol\n');
	await machine.powerOff();
});

check('opens by the TPM2 of its machine, with nobody there', async () => {
	await using machine = await Machine.start({
		disk: place('tpm.raw'),
		tpm: startTpm(place('tpm')),
	});
	await expectWell(machine);
	assert.equal(await encryptionOf(machine), {
		type: 'luks2',
		unlockedBy: [{kind: 'tpm2', pcrs: [7], pin: false}, {kind: 'recovery-key'}],
	});
	assert.match(
		await machine.ok('slipway status'),
		/^ +Root: encrypted \(LUKS2\), unlocked by TPM2 \(PCR 7\) or recovery key$/m,
	);
	assert.match(
		await machine.ok('slipway kargs'),
		/rd\.luks\.options=\S+tpm2-device=auto +install: encryption/,
	);
	await machine.softReboot();
	await expectWell(machine);
	await machine.powerOff();
});

check('asks when the TPM2 is gone, and opens by the recovery key', async () => {
	await using machine = await Machine.start({disk: place('tpm.raw')});
	await unlock(machine, 'wrong', recoveryKey);
	await expectWell(machine);
});

check('opens by its passphrase, however often it was mistyped', async () => {
	await using machine = await Machine.start({disk: place('typed.raw')});
	await unlock(machine, 'a', 'b', 'c', 'd', passphrase);
	await expectWell(machine);
	assert.equal((await encryptionOf(machine))?.unlockedBy, [
		{kind: 'passphrase'},
		{kind: 'recovery-key'},
	]);
});

test.run();
