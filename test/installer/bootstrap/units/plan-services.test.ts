import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {ServiceAnswers} from '../../../../installer/answers/answers.ts';
import {symlink} from '../../../engine/source/trees.ts';
import {planned} from '../planned.ts';

const test = suite('services of a machine');
const own = '/usr/lib/systemd/system';
const machine = '/etc/systemd/system';

const image = {
	[`${own}/web.service`]:
		'[Service]\nWantedBy=no.target\n[Install]\nWantedBy=multi-user.target \\\n  graphical.target\nRequiredBy=x.target\nAlias=httpd.service web.service\nAlso=web.socket\n',
	[`${own}/web.socket`]: '[Install]\nWantedBy=sockets.target\nAlso=web.service\n',
	[`${own}/ssh.service`]: '[Install]\nWantedBy=multi-user.target\nAlias=sshd.service\n',
	[`${own}/serial@.service`]: '[Install]\nWantedBy=%i.target\nDefaultInstance=tty1\n',
	[`${own}/bare@.service`]: '[Install]\nWantedBy=x.target\n',
	[`${own}/static.service`]: '[Service]\n',
	[`${own}/masked.service`]: '[Install]\nWantedBy=x.target\n',
	[`${machine}/masked.service`]: symlink('/dev/null'),
	[`${machine}/sshd.service`]: symlink(`${own}/ssh.service`),
	[`${machine}/multi-user.target.wants/ssh.service`]: symlink(`${own}/ssh.service`),
};

const plan = (services: Partial<ServiceAnswers>) =>
	planned({services: {enable: [], disable: [], mask: [], ...services}}, image);

test('are enabled by the links that systemctl makes', () => {
	const {entries, items, problems} = plan({enable: ['web', 'ssh.service', 'serial@']});
	assert.equal(problems, []);
	assert.equal(entries, {
		[`${machine}/graphical.target.wants/web.service`]: `-> ${own}/web.service`,
		[`${machine}/httpd.service`]: `-> ${own}/web.service`,
		[`${machine}/multi-user.target.wants/web.service`]: `-> ${own}/web.service`,
		[`${machine}/sockets.target.wants/web.socket`]: `-> ${own}/web.socket`,
		[`${machine}/tty1.target.wants/serial@tty1.service`]: `-> ${own}/serial@.service`,
		[`${machine}/x.target.requires/web.service`]: `-> ${own}/web.service`,
		'/etc/systemd/system-preset/10-slipway-install.preset':
			'644 0:0 enable web.service\nenable ssh.service\nenable serial@.service\n',
	});
	assert.equal(items, [
		`service web.socket enabled | ${machine}`,
		`service web.service enabled | ${machine}`,
		`service ssh.service enabled | ${machine}`,
		`service serial@tty1.service enabled | ${machine}`,
	]);
});

test('are disabled by hiding the links of the image, and masked by one to nothing', () => {
	assert.equal(plan({disable: ['ssh'], mask: ['web.socket']}).entries, {
		[`${machine}/multi-user.target.wants/ssh.service`]: 'whiteout 0',
		[`${machine}/sshd.service`]: 'whiteout 0',
		[`${machine}/web.socket`]: '-> /dev/null',
		'/etc/systemd/system-preset/10-slipway-install.preset': '644 0:0 disable ssh.service\n',
	});
});

test('of an instance are those of its template', () => {
	assert.is(
		plan({enable: ['bare@a-b']}).entries[`${machine}/x.target.wants/bare@a-b.service`],
		`-> ${own}/bare@.service`,
	);
});

for (const [services, problem] of [
	[{enable: ['wbe']}, 'the image has no unit "wbe.service"'],
	[{mask: ['../passwd']}, 'the image has no unit "../passwd.service"'],
	[{enable: ['static']}, 'static.service cannot be enabled: it has no section [Install]'],
	[{enable: ['masked']}, 'masked.service is masked in the image'],
	[{enable: ['bare@']}, 'bare@.service is a template, and names no instance'],
	[
		{enable: ['ssh'], mask: ['ssh.service']},
		'ssh.service is to be enabled, and disabled or masked',
	],
] as const)
	test(`refuse ${JSON.stringify(services)}`, () => {
		assert.equal(plan(services).problems, [problem]);
	});

test('suggest the unit that was meant', () => {
	assert.equal(plan({enable: ['wbe']}).hints, ['Did you mean web.service?']);
});

test.run();
