/** Versions that do not get as far as their health checks: each time the machine comes back by itself. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {exitStatus} from '../../engine/errors.ts';
import {FollowedImage} from './followed-image.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

interface BrokenVersion {
	readonly version: string;
	readonly title: string;
	/** Makes it from version 1. */
	readonly commands: readonly string[];
	/** What the console says when it breaks. */
	readonly broken: RegExp;
}

/**
 * Nothing else gets the processor, and systemd cannot tell the watchdog that all is well. Since Linux 6.12,
 * programs of real time leave the others a share unless that is turned off too.
 */
const hang = `[Unit]
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'until grep -q ^active /sys/class/watchdog/watchdog0/state; do sleep 1; done; \\
	mount -t debugfs debugfs /sys/kernel/debug; \\
	for share in /sys/kernel/debug/sched/fair_server/*/runtime; do echo 0 > $$share; done; \\
	echo slipway-test: hangs > /dev/console; \\
	echo -1 > /proc/sys/kernel/sched_rt_runtime_us; \\
	exec chrt --fifo 99 sh -c "while :; do :; done"'
[Install]
WantedBy=sysinit.target
`;

const versions: readonly BrokenVersion[] = [
	{
		version: '4',
		title: 'has no init',
		commands: ['rm /usr/lib/systemd/systemd'],
		broken: /slipway: cannot start deployment \S+: image \S+ has no \/usr\/lib\/systemd\/systemd/,
	},
	{
		version: '5',
		title: 'has a kernel that panics',
		commands: [`echo 'kargs = ["rdinit=/nothing-there"]' > /usr/lib/slipway/kargs.d/50-test.toml`],
		broken: /Kernel panic/,
	},
	{
		version: '6',
		title: 'hangs',
		commands: [
			`echo ${Buffer.from(hang).toString('base64')} | base64 -d > /usr/lib/systemd/system/test-hang.service`,
			'systemctl enable test-hang.service',
		],
		broken: /slipway-test: hangs/,
	},
];

const test = suite('a version that does not start');
const problem = runsAll ? await whyNoMachines() : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

let followed: FollowedImage | undefined;
test.after(() => followed?.[Symbol.asyncDispose]());

for (const {version, title, commands, broken} of versions) {
	check(`goes back when it ${title}`, async () => {
		followed ??= await FollowedImage.start([], {watchdog: true});
		const {machine} = followed;
		const before = (await followed.status()).booted?.deployment.id;
		await followed.publish(version, commands);
		const failed = await followed.stage();
		// That there are three attempts is seen with a failing health check; here, one is enough.
		await followed.leaveOneAttempt(failed);
		const from = machine.console.text.length;
		const started = Date.now();
		await machine.reboot();
		await machine.console.waitFor(broken, 0, from);
		await followed.expectRunning('1');
		console.log(`back after ${((Date.now() - started) / 1000).toFixed(0)} s and one attempt`);
		const {booted, bootReason, otherDeployments} = await followed.status();
		assert.is(booted?.deployment.id, before);
		assert.is(bootReason?.kind, 'fell-back');
		assert.equal(
			otherDeployments
				.filter(({deployment}) => deployment.health === 'failed')
				.map(({deployment}) => deployment.id),
			[failed],
		);
		const again = await machine.run('slipway upgrade');
		assert.is(again.status, exitStatus.refused, again.output);
		assert.match(again.output, 'has failed on this machine before');
		assert.match(await machine.ok('slipway auto-update --dry-run'), /failed|quarantine/);
	});
}

test.run();
