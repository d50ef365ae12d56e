import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {StatusDocument} from '../../engine/deployment/status.ts';
import {InstalledDisk} from './installed-disk.ts';
import {Machine} from './machine.ts';
import {whyNoMachines} from './requirements.ts';

const test = suite('a disk with sectors of 4096 bytes');
const problem = await whyNoMachines();
if (problem !== undefined) console.log(`skipped: ${problem}`);

const sectorSize = 4096;
const argument = 'slipway.test="two words"';

(problem === undefined ? test : test.skip)(
	'takes an installation with a kernel argument of its own, and boots',
	async () => {
		using disk = await InstalledDisk.make({sectorSize, args: ['--karg', argument]});
		await using machine = await Machine.start({disk: disk.file, sectorSize});
		const {output} = await machine.run(
			'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
		);
		assert.is(output, 'running\n');
		assert.is(
			await machine.ok('lsblk --nodeps --noheadings -o LOG-SEC /dev/vda | tr -d " "'),
			'4096',
		);
		assert.match(await machine.ok('findmnt -no OPTIONS /'), 'verity=require');
		assert.match(await machine.ok('cat /proc/cmdline'), argument);
		const {status}: StatusDocument = JSON.parse(await machine.ok('slipway status --json'));
		assert.is(
			status.booted?.deployment.kernelArguments.some((known) => known.argument === argument),
			true,
		);
	},
);

test.run();
