// Emoji by Slack's short names: the usual faces and everything incident work uses.

const TABLE = `
rotating_light 🚨|warning ⚠️|fire 🔥|fire_extinguisher 🧯|fire_engine 🚒|ambulance 🚑|sos 🆘|bell 🔔|no_bell 🔕|
alarm_clock ⏰|
stopwatch ⏱️|timer_clock ⏲️|hourglass ⌛|hourglass_flowing_sand ⏳|clock1 🕐|clock3 🕒|watch ⌚|calendar 📆|
date 📅|spiral_calendar_pad 🗓️|
pushpin 📌|round_pushpin 📍|paperclip 📎|link 🔗|memo 📝|pencil 📝|pencil2 ✏️|lower_left_fountain_pen 🖋️|
clipboard 📋|page_facing_up 📄|page_with_curl 📃|
bookmark 🔖|bookmark_tabs 📑|book 📖|books 📚|notebook 📓|ledger 📒|scroll 📜|card_index_dividers 🗂️|
file_folder 📁|open_file_folder 📂|file_cabinet 🗄️|inbox_tray 📥|outbox_tray 📤|
email 📧|envelope ✉️|incoming_envelope 📨|mailbox 📫|package 📦|label 🏷️|newspaper 📰|
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|
heavy_multiplication_x ✖️|heavy_plus_sign ➕|heavy_minus_sign ➖|
no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|stop_sign 🛑|construction 🚧|question ❓|grey_question ❔|
exclamation ❗|heavy_exclamation_mark ❗|grey_exclamation ❕|bangbang ‼️|interrobang ⁉️|
information_source ℹ️|
lock 🔒|unlock 🔓|lock_with_ink_pen 🔏|closed_lock_with_key 🔐|key 🔑|old_key 🗝️|shield 🛡️|eye 👁️|eyes 👀|
mag 🔍|mag_right 🔎|microscope 🔬|telescope 🔭|satellite_antenna 📡|
large_red_circle 🔴|red_circle 🔴|large_orange_circle 🟠|large_yellow_circle 🟡|large_green_circle 🟢|
large_blue_circle 🔵|large_purple_circle 🟣|large_brown_circle 🟤|white_circle ⚪|black_circle ⚫|
large_red_square 🟥|large_orange_square 🟧|large_yellow_square 🟨|large_green_square 🟩|large_blue_square 🟦|
large_purple_square 🟪|white_large_square ⬜|black_large_square ⬛|
small_red_triangle 🔺|small_red_triangle_down 🔻|large_blue_diamond 🔷|large_orange_diamond 🔶|
small_blue_diamond 🔹|small_orange_diamond 🔸|
checkered_flag 🏁|triangular_flag_on_post 🚩|waving_white_flag 🏳️|white_flag 🏳️|crossed_flags 🎌|
arrow_up ⬆️|arrow_down ⬇️|arrow_left ⬅️|arrow_right ➡️|arrow_upper_right ↗️|arrow_lower_right ↘️|
arrow_right_hook ↪️|leftwards_arrow_with_hook ↩️|arrow_up_small 🔼|arrow_down_small 🔽|
arrows_counterclockwise 🔄|arrows_clockwise 🔃|repeat 🔁|rewind ⏪|fast_forward ⏩|
twisted_rightwards_arrows 🔀|back 🔙|soon 🔜|end 🔚|new 🆕|ok 🆗|up 🆙|free 🆓|id 🆔|
double_vertical_bar ⏸️|pause_button ⏸️|black_square_for_stop ⏹️|arrow_forward ▶️|
black_right_pointing_triangle_with_double_vertical_bar ⏯️|record_button ⏺️|eject ⏏️|
chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|abacus 🧮|thermometer 🌡️|
level_slider 🎚️|control_knobs 🎛️|
gear ⚙️|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|nut_and_bolt 🔩|toolbox 🧰|screwdriver 🪛|magnet 🧲|broom 🧹|
ladder 🪜|test_tube 🧪|dna 🧬|bricks 🧱|
computer 💻|desktop_computer 🖥️|keyboard ⌨️|printer 🖨️|floppy_disk 💾|minidisc 💽|cd 💿|electric_plug 🔌|
battery 🔋|low_battery 🪫|iphone 📱|telephone ☎️|phone ☎️|telephone_receiver 📞|pager 📟|fax 📠|
movie_camera 🎥|camera 📷|video_camera 📹|tv 📺|loudspeaker 📢|mega 📣|speaker 🔈|mute 🔇|loud_sound 🔊|
speech_balloon 💬|thought_balloon 💭|left_speech_bubble 🗨️|studio_microphone 🎙️|microphone 🎤|
rocket 🚀|airplane ✈️|ship 🚢|anchor ⚓|truck 🚚|train 🚆|steam_locomotive 🚂|car 🚗|bus 🚌|bike 🚲|
traffic_light 🚥|vertical_traffic_light 🚦|compass 🧭|world_map 🗺️|globe_with_meridians 🌐|earth_africa 🌍|
earth_americas 🌎|earth_asia 🌏|
house 🏠|office 🏢|hospital 🏥|bank 🏦|factory 🏭|department_store 🏬|classical_building 🏛️|fuelpump ⛽|
shopping_trolley 🛒|shopping_cart 🛒|credit_card 💳|moneybag 💰|dollar 💵|euro 💶|receipt 🧾|gift 🎁|ticket 🎫|
admission_tickets 🎟️|
sunny ☀️|partly_sunny ⛅|cloud ☁️|rain_cloud 🌧️|thunder_cloud_and_rain ⛈️|lightning 🌩️|zap ⚡|
snowflake ❄️|ice_cube 🧊|snowman ⛄|umbrella ☔|rainbow 🌈|ocean 🌊|droplet 💧|fog 🌫️|tornado 🌪️|cyclone 🌀|
volcano 🌋|star ⭐|star2 🌟|sparkles ✨|dizzy 💫|boom 💥|collision 💥|bomb 💣|crescent_moon 🌙|full_moon 🌕|
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|wave 👋|raised_hand ✋|hand ✋|raised_hands 🙌|clap 👏|pray 🙏|
handshake 🤝|muscle 💪|point_up ☝️|point_up_2 👆|point_down 👇|point_left 👈|point_right 👉|v ✌️|
crossed_fingers 🤞|fist ✊|facepunch 👊|punch 👊|writing_hand ✍️|call_me_hand 🤙|saluting_face 🫡|
raising_hand 🙋|shrug 🤷|face_palm 🤦|bow 🙇|
bust_in_silhouette 👤|busts_in_silhouette 👥|speaking_head_in_silhouette 🗣️|firefighter 🧑‍🚒|
male-firefighter 👨‍🚒|female-firefighter 👩‍🚒|cop 👮|detective 🕵️|guardsman 💂|construction_worker 👷|
technologist 🧑‍💻|male-technologist 👨‍💻|female-technologist 👩‍💻|scientist 🧑‍🔬|pilot 🧑‍✈️|judge 🧑‍⚖️|
mechanic 🧑‍🔧|superhero 🦸|ninja 🥷|robot_face 🤖|ghost 👻|alien 👽|skull 💀|skull_and_crossbones ☠️|
grinning 😀|smiley 😃|smile 😄|grin 😁|laughing 😆|sweat_smile 😅|joy 😂|rolling_on_the_floor_laughing 🤣|
slightly_smiling_face 🙂|upside_down_face 🙃|wink 😉|blush 😊|innocent 😇|heart_eyes 😍|star-struck 🤩|
relieved 😌|relaxed ☺️|sunglasses 😎|nerd_face 🤓|face_with_monocle 🧐|thinking_face 🤔|thinking 🤔|
neutral_face 😐|expressionless 😑|no_mouth 😶|smirk 😏|unamused 😒|face_with_rolling_eyes 🙄|grimacing 😬|
zipper_mouth_face 🤐|shushing_face 🤫|face_with_hand_over_mouth 🤭|hugging_face 🤗|sleeping 😴|zzz 💤|
yawning_face 🥱|worried 😟|slightly_frowning_face 🙁|confused 😕|open_mouth 😮|hushed 😯|astonished 😲|
flushed 😳|pleading_face 🥺|cry 😢|sob 😭|scream 😱|cold_sweat 😰|sweat 😓|weary 😩|tired_face 😫|triumph 😤|
rage 😡|angry 😠|exploding_head 🤯|face_with_thermometer 🤒|mask 😷|melting_face 🫠|partying_face 🥳|tada 🎉|
confetti_ball 🎊|balloon 🎈|trophy 🏆|first_place_medal 🥇|medal 🏅|dart 🎯|crown 👑|gem 💎|bulb 💡|candle 🕯️|
flashlight 🔦|
heart ❤️|orange_heart 🧡|yellow_heart 💛|green_heart 💚|blue_heart 💙|purple_heart 💜|black_heart 🖤|
white_heart 🤍|broken_heart 💔|100 💯|infinity ♾️|recycle ♻️|beginner 🔰|trident 🔱|name_badge 📛|
diamond_shape_with_a_dot_inside 💠|
coffee ☕|tea 🍵|beer 🍺|beers 🍻|pizza 🍕|cake 🍰|doughnut 🍩|popcorn 🍿|apple 🍎|banana 🍌|lemon 🍋|avocado 🥑|
taco 🌮|
dog 🐶|cat 🐱|owl 🦉|bee 🐝|bug 🐛|beetle 🪲|ant 🐜|spider 🕷️|spider_web 🕸️|snail 🐌|turtle 🐢|rabbit 🐰|
unicorn_face 🦄|penguin 🐧|elephant 🐘|whale 🐳|octopus 🐙|canary 🐤|hatching_chick 🐣|rooster 🐓|dragon 🐉|
hedgehog 🦔|see_no_evil 🙈|hear_no_evil 🙉|speak_no_evil 🙊|
evergreen_tree 🌲|seedling 🌱|four_leaf_clover 🍀|mushroom 🍄|cactus 🌵|rose 🌹|maple_leaf 🍁|
zero 0️⃣|one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|keycap_ten 🔟|
hash #️⃣|
a 🅰️|b 🅱️|parking 🅿️|copyright ©️|registered ®️|tm ™️|scales ⚖️|hook 🪝|yarn 🧶|thread 🧵|crystal_ball 🔮|
nazar_amulet 🧿|telephone_off 📴|vibration_mode 📳|identification_card 🪪|placard 🪧
`;

const EMOJI = new Map(
  TABLE.split("|").map((entry) => {
    const [name, picture] = entry.trim().split(" ");
    return [name, picture];
  }),
);

const SKIN_TONES = { 2: "🏻", 3: "🏼", 4: "🏽", 5: "🏾", 6: "🏿" };

/** Offered first wherever a reaction is picked: the ones an incident log listens to come first. */
export const FAVOURITES = [
  "pushpin",
  "eyes",
  "white_check_mark",
  "+1",
  "fire",
  "rotating_light",
  "memo",
  "raised_hands",
  "tada",
  "heart",
];

/** The picture of `name` ("+1" or "+1::skin-tone-3"); null if we have none. */
export function emoji(name) {
  const [base, tone] = name.replace(/^:|:$/g, "").split("::skin-tone-");
  const picture = EMOJI.get(base);
  return picture ? picture + (SKIN_TONES[tone] ?? "") : null;
}

/** Names that contain `fragment`, those that begin with it first. */
export function findEmoji(fragment, limit) {
  const names = [...EMOJI.keys()];
  const starts = names.filter((name) => name.startsWith(fragment));
  const contains = names.filter((name) => !name.startsWith(fragment) && name.includes(fragment));
  return [...starts, ...contains].slice(0, limit);
}

/** Every name, in the order of the table. */
export function allEmoji() {
  return [...EMOJI.keys()];
}
