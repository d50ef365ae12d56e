/** Units of the image, as systemd sees them; nothing is started. */
import {spawnSync} from 'node:child_process';
import {
	chmodSync,
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {command} from '../../ui/cli/commands/auto-update.ts';

const test = suite<{folder: string}>('units of the image');

const root = path.resolve(import.meta.dirname, '../../image/root');
const unitsOfImage = path.join(root, 'usr/lib/systemd/system');

/** What a drop-in of ours is for; not every host has it. */
const blessUnit = `[Unit]
Description=Mark the entry as good
DefaultDependencies=no
Requires=boot-complete.target
After=local-fs.target boot-complete.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
`;

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-units-'));
	cpSync(unitsOfImage, context.folder, {recursive: true});
	writeFileSync(path.join(context.folder, 'systemd-bless-boot.service'), blessUnit);
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!hasSystemd) console.log('skipped: systemd-analyze is not installed');
const check = hasSystemd ? test : test.skip;

/** Puts a program that every host has in place of the image's. */
function useStubs(folder: string): void {
	const stub = path.join(folder, 'stub');
	writeFileSync(stub, '#!/bin/sh\n');
	chmodSync(stub, 0o755);
	for (const file of readdirSync(folder, {recursive: true, encoding: 'utf8'})) {
		const place = path.join(folder, file);
		if (!/\.(service|conf)$/.test(file)) continue;
		const text = readFileSync(place, 'utf8');
		writeFileSync(place, text.replace(/\/usr\/(lib\/slipway|bin)\/[\w-]+/g, stub));
	}
}

/** What systemd says of a boot with the units that the image enables; those of this host are the rest. */
function verify(folder: string): string[] {
	useStubs(folder);
	for (const [place, unit] of [
		['sysinit.target.wants', 'slipway-grow.service'],
		['multi-user.target.wants', 'slipway-health.service'],
		['multi-user.target.wants', 'slipway-boot-state.service'],
		['multi-user.target.wants', 'slipway-boot-loader.service'],
		['multi-user.target.wants', 'slipway-console-keymap.service'],
		['timers.target.wants', 'slipway-update.timer'],
		['boot-complete.target.requires', 'slipway-health.service'],
		// Where GRUB counts attempts, and after a soft reboot to what is on trial.
		['basic.target.wants', 'slipway-bless-boot.service'],
		// As for partitions of others with these types.
		['local-fs.target.requires', 'home.mount'],
		['local-fs.target.requires', 'srv.mount'],
	] as const) {
		mkdirSync(path.join(folder, place), {recursive: true});
		symlinkSync(`../${unit}`, path.join(folder, place, unit));
	}
	const boot = path.join(folder, 'counted-boot.target');
	writeFileSync(
		boot,
		'[Unit]\nWants=multi-user.target systemd-bless-boot.service slipway-boot-failed.service slipway-soft-reboot.service slipway-update.service slipway-reboot-required.target\n',
	);
	const {stderr} = spawnSync('systemd-analyze', ['verify', '--man=no', boot], {
		encoding: 'utf8',
		env: {...process.env, SYSTEMD_UNIT_PATH: `${folder}:`},
	});
	return stderr
		.split('\n')
		.filter((line) => /cycle|slipway|boot-complete|bless|(?:home|srv)\.mount/.test(line));
}

const preset = readFileSync(
	path.join(root, 'usr/lib/systemd/system-preset/50-slipway.preset'),
	'utf8',
);

check('are understood by systemd, and wait for each other in no circle', ({folder}) => {
	assert.equal(verify(folder), []);
});

check('would be seen to wait in a circle', ({folder}) => {
	const unit = path.join(folder, 'slipway-boot-state.service');
	const text = readFileSync(unit, 'utf8');
	writeFileSync(unit, text.replace(/^Before=/m, 'After='));
	assert.match(verify(folder).join('\n'), /ordering cycle/);
});

check('would be seen to wait in a circle when the boot loader is to come early', ({folder}) => {
	const unit = path.join(folder, 'slipway-boot-loader.service');
	const text = readFileSync(unit, 'utf8');
	writeFileSync(unit, text.replace(/^After=multi-user.target /m, 'After='));
	assert.match(verify(folder).join('\n'), /ordering cycle/);
});

test('leave the boot loader alone until the entry is blessed', () => {
	const unit = readFileSync(path.join(unitsOfImage, 'slipway-boot-loader.service'), 'utf8');
	assert.match(unit, /^After=.*systemd-bless-boot\.service/m);
	// systemd's own unit would not wait.
	assert.match(preset, /^disable systemd-boot-update\.service$/m);
});

test('mount nothing on the links of /home and /srv', () => {
	for (const place of ['home', 'srv']) {
		const unit = readFileSync(path.join(unitsOfImage, `${place}.mount`), 'utf8');
		assert.equal(unit.match(/^(?:Condition|Where|What).*$/gm), [
			'ConditionPathExists=!/',
			'What=tmpfs',
			`Where=/${place}`,
		]);
	}
});

test('do not take an update that is put off for a failure', () => {
	const {exitStatuses = {}} = command;
	const unit = readFileSync(path.join(unitsOfImage, 'slipway-update.service'), 'utf8');
	const successes = /^SuccessExitStatus=(.*)$/m.exec(unit)?.[1]?.split(' ') ?? [];
	const later = Object.keys(exitStatuses).filter((status) => Number(status) > 5);
	assert.equal(successes, [...later, '143']);
});

test('are enabled by the preset if they can be, and stay for others to start if not', () => {
	for (const unit of readdirSync(unitsOfImage).filter((name) => /\.(service|timer)$/.test(name))) {
		const canBeEnabled = /^\[Install\]$/m.test(readFileSync(path.join(unitsOfImage, unit), 'utf8'));
		// Of a template, as some instances.
		const end = unit.includes('@') ? ' ' : '\n';
		assert.is(preset.includes(`enable ${unit}${end}`), canBeEnabled, unit);
	}
});

test.run();
