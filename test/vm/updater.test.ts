/** A machine that nobody tells anything: it follows its image by itself. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {FollowedImage} from './followed-image.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('a machine that updates itself');
const problem = runsAll ? await whyNoMachines() : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

/** As the image's builder would say it; by default a machine looks every few hours and waits for the night. */
const settings = `[check]
interval = "10min"
random-delay = "0"
[[windows]]
start = "00:00"
length = "24h"
`;
/** The timer comes soon, not in five minutes. One empty value takes all that was said of when. */
const soon = `[Timer]
OnBootSec=
OnBootSec=1s
OnUnitInactiveSec=10s
RandomizedDelaySec=0
`;

function makeFile(file: string, text: string): string {
	const bytes = Buffer.from(text).toString('base64');
	return `mkdir -p $(dirname ${file}); echo ${bytes} | base64 -d > ${file}`;
}

/** A check, a download into an emulated machine, and a restart. */
const updateDeadlineMs = 2_400_000;

let followed: FollowedImage | undefined;
test.after(() => followed?.[Symbol.asyncDispose]());

check('takes a new version in and reboots into it, with nobody present', async () => {
	followed = await FollowedImage.start(
		[
			makeFile('/etc/slipway/update.toml', settings),
			makeFile('/etc/systemd/system/slipway-update.timer.d/soon.conf', soon),
			// Says when it reboots, so that the test sees that nobody else did.
			makeFile(
				'/usr/lib/slipway/hooks.d/before-apply/10-test',
				'#!/bin/sh\necho slipway-test: applies > /dev/console\n',
			),
			'chmod 755 /usr/lib/slipway/hooks.d/before-apply/10-test',
			// Until there is something to be found.
			'systemctl mask slipway-update.timer',
		],
		{updates: true},
	);
	const {machine} = followed;
	const first = (await followed.status()).booted?.deployment.id;
	await followed.publish('2', ['true']);
	const next = machine.nextBoot(updateDeadlineMs);
	await machine.ok('systemctl unmask slipway-update.timer && systemctl start slipway-update.timer');
	await next;
	await followed.expectRunning('2');
	const {rollback} = await followed.status();
	assert.is(rollback?.deployment.id, first);
	assert.match(machine.console.text, 'slipway-test: applies');
});

test.run();
