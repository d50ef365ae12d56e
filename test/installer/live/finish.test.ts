import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../../engine/system/fake.ts';
import type {FinishAnswers} from '../../../installer/answers/answers.ts';
import {finishAction, finishMachine} from '../../../installer/live/finish.ts';

const test = suite('end of an unattended installation');

const said: FinishAnswers = {action: 'poweroff', onFailure: 'reboot'};
const nothing: FinishAnswers = {action: undefined, onFailure: undefined};

test('is what was asked for how it went, and otherwise waits', () => {
	const all = [true, false].flatMap((went) => [said, nothing].map((it) => finishAction(it, went)));
	assert.equal(all, ['poweroff', 'wait', 'reboot', 'wait']);
});

async function commandsOf(finish: FinishAnswers, isInstalled: boolean): Promise<string[]> {
	const system = fakeSystem();
	const order: string[] = [];
	await finishMachine(
		system,
		finish,
		isInstalled,
		() => {},
		async () => order.push('pause'),
	);
	return [...order, ...system.commandLines()];
}

test('restarts or powers off after who stands there could read why, and does nothing else', async () => {
	assert.equal(await commandsOf(said, true), ['pause', 'systemctl --no-block poweroff']);
	assert.equal(await commandsOf(said, false), ['pause', 'systemctl --no-block reboot']);
	for (const action of ['shell', 'wait', undefined] as const)
		assert.equal(await commandsOf({action, onFailure: 'wait', eject: true}, true), []);
});

test.run();
