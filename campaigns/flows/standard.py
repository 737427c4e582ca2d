"""Texts that every script has without writing them; a script may word each anew under the same name."""

from collections.abc import Mapping

NO_SUCH_KEY = "no_such_key"
TOO_FEW_KEYS = "too_few_keys"
OTHER_KEYS = "other_keys"
GO_BACK = "go_back"
OPTED_OUT = "opted_out"
CALL_US = "call_us"
GOODBYE = "goodbye"
MACHINE = "machine"
NEXT_PERSON = "next_person"
HOLD_ON = "hold_on"
CONNECTING = "connecting"
OPERATOR_UNREACHED = "operator_unreached"
OPERATOR_PATIENT_GONE = "operator_patient_gone"
CONNECTION_LOST = "connection_lost"
AFTER_THE_TONE = "after_the_tone"

AT_QUESTIONS = (NO_SUCH_KEY, OTHER_KEYS, OPTED_OUT, CALL_US, GOODBYE)
"""Said at any question, whoever listens."""
AT_LONG_QUESTIONS = (TOO_FEW_KEYS, GO_BACK)
"""Said where several keys are asked."""
AT_VOICE_QUESTIONS = (OPTED_OUT, CALL_US)
"""Said where the person is asked to speak."""
OF_RECORDING = (AFTER_THE_TONE,)
"""Only of scripts that ask people to speak; said where they name it."""
TO_OPERATORS = (CONNECTING, OPERATOR_UNREACHED, OPERATOR_PATIENT_GONE)
"""Said to operators: the key was understood, the patient did not answer, the patient has hung up."""
OF_CONNECTING = (HOLD_ON, *TO_OPERATORS, CONNECTION_LOST)
"""Only of scripts that connect people with operators; the first and the last are said to the person."""

STANDARD_TEXTS: Mapping[str, Mapping[str, str]] = {
    NO_SUCH_KEY: {
        "ru": "Такой кнопки здесь нет.",
        "en": "There is no such key here.",
    },
    TOO_FEW_KEYS: {
        "ru": "Вы нажали не все цифры.",
        "en": "Some digits are missing.",
    },
    OTHER_KEYS: {
        "ru": "Чтобы мы больше не звонили, нажмите {key:opt_out}. Если нужен сотрудник, нажмите {key:human}.",
        "en": "To stop our calls, press {key:opt_out}. If you need a person, press {key:human}.",
    },
    GO_BACK: {
        "ru": "Чтобы вернуться, нажмите любую другую кнопку.",
        "en": "To go back, press any other key.",
    },
    OPTED_OUT: {
        "ru": "Хорошо. Мы больше не будем звонить на этот номер. До свидания.",
        "en": "All right. We will not call this number again. Goodbye.",
    },
    CALL_US: {
        "ru": "Сотрудник ответит вам по номеру {call_back}. Повторяю: {call_back}. До свидания.",
        "en": "A person will answer you at {call_back}. Once more: {call_back}. Goodbye.",
    },
    GOODBYE: {
        "ru": "Нам можно позвонить по номеру {call_back}. До свидания.",
        "en": "You can call us at {call_back}. Goodbye.",
    },
    MACHINE: {
        "ru": "Это {institution}. Важное сообщение. Кому: {full_name}. "
        "Пожалуйста, позвоните нам по номеру {call_back}. Повторяю: {call_back}.",
        "en": "This is {institution}. An important message for {full_name}. "
        "Please call us at {call_back}. Once more: {call_back}.",
    },
    NEXT_PERSON: {
        "ru": "По этому номеру есть сообщение ещё для одного человека.",
        "en": "There is a message for one more person at this number.",
    },
    HOLD_ON: {
        "ru": "Пожалуйста, оставайтесь на линии, соединяем с сотрудником.",
        "en": "Please stay on the line, we are connecting you with a person.",
    },
    CONNECTING: {
        "ru": "Соединяем.",
        "en": "Connecting.",
    },
    OPERATOR_UNREACHED: {
        "ru": "Абонент не ответил. Спасибо.",
        "en": "The caller did not answer. Thank you.",
    },
    OPERATOR_PATIENT_GONE: {
        "ru": "Абонент повесил трубку.",
        "en": "The caller has hung up.",
    },
    CONNECTION_LOST: {
        "ru": "Связь с сотрудником прервалась. Мы скоро вам перезвоним. До свидания.",
        "en": "The connection was lost. We will call you back soon. Goodbye.",
    },
    AFTER_THE_TONE: {
        "ru": "Говорите после сигнала. Когда закончите, нажмите {key:1}.",
        "en": "Speak after the tone. When you have finished, press {key:1}.",
    },
}
