import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {StatusDocument} from '../../engine/deployment/status.ts';
import {InstalledDisk} from './installed-disk.ts';
import {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('file systems of the root other than ext4');
const problem = (await whyNoMachines()) ?? (runsAll ? undefined : beyondQuota);
if (problem !== undefined) console.log(`skipped: ${problem}`);

const notEnforced = /will not be noticed/;

for (const type of ['xfs', 'btrfs'] as const)
	(problem === undefined ? test : test.skip)(
		`boots from ${type}, and says whether files of the system are checked`,
		async () => {
			using disk = await InstalledDisk.make({args: ['--root-fs', type]});
			const enforced = !notEnforced.test(disk.output);
			await using machine = await Machine.start({disk: disk.file});
			const {output} = await machine.run(
				'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
			);
			assert.is(output, 'running\n');
			assert.is(await machine.ok('findmnt -no FSTYPE /sysroot'), type);
			assert.match(
				await machine.ok('findmnt -no OPTIONS /'),
				enforced ? 'verity=require' : /^(?!.*verity=require)/,
			);
			const {status, warnings}: StatusDocument = JSON.parse(
				await machine.ok('runuser -u nobody -- slipway status --json'),
			);
			assert.equal(status.fsVerity, {enforced});
			assert.is(
				warnings.some(({code}) => code === 'verity-not-enforced'),
				!enforced,
			);
			assert.match(await machine.ok('slipway verify'), /^all is as it should be: /m);
			await machine.ok('echo kept > /root/note');
			if (type === 'xfs') assert.is(enforced, false);
		},
	);

test.run();
